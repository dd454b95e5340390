package io.chasqui.broker.transport;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may open a WebSocket (RFC 6455, section 10.2). A browser lets every page connect to everything that the
 * machine it runs on can reach, and says in the header Origin which page it was; what is no browser sends none. So this
 * keeps the pages of strangers from speaking to a broker on the machine of their visitor, and nobody else from anything.
 * The Host header is no help: a stranger's name can be made to point here. Immutable.
 */
final class Origins {
    /** Stands for all pages that come from this machine itself, whatever their port. */
    static final String LOCALHOST = "localhost";

    private static final String LOOPBACK = "https?://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]{1,5})?";

    private final Set<String> allowed; // in lower case, as browsers write them

    /** @param allowed such as {@code https://app.example.com:8443}, {@code null} or {@link #LOCALHOST}; empty for all */
    Origins(List<String> allowed) {
        this.allowed =
                allowed.stream().map(origin -> origin.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /** @param origin the header; null where there was none */
    boolean allow(@Nullable String origin) {
        if (origin == null || allowed.isEmpty()) {
            return true;
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        return !lower.equals(LOCALHOST) && allowed.contains(lower)
                || allowed.contains(LOCALHOST) && lower.matches(LOOPBACK);
    }
}
