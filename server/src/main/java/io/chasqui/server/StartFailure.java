package io.chasqui.server;

import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a broker did not start, on one line: what the system said and what to do about it. */
final class StartFailure {
    /** How Netty's epoll transport begins its messages. */
    private static final Pattern SYSTEM_CALL = Pattern.compile("[a-z]+\\(\\.\\.\\) failed with error\\(-?[0-9]+\\): ");

    private StartFailure() {}

    static String explain(UncheckedIOException e) {
        // An UncheckedIOException without words of its own quotes the class of its cause, which helps no operator.
        String own = String.valueOf(e.getMessage());
        @Nullable Throwable first = e.getCause();
        String message = first != null && own.equals(first.toString()) ? String.valueOf(first.getMessage()) : own;
        message = SYSTEM_CALL.matcher(message).replaceAll("");
        StringBuilder all = new StringBuilder(message);
        boolean unknownHost = false;
        for (@Nullable Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            all.append(' ').append(cause.getMessage());
            unknownHost |= cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException;
        }
        String said = all.toString().toLowerCase(Locale.ROOT);
        return message + advice(said, unknownHost);
    }

    private static String advice(String said, boolean unknownHost) {
        if (unknownHost) {
            return "; no such host is known, check the listener's host";
        }
        if (said.contains("address already in use")) {
            return "; another program listens there: stop it, or choose another port, such as --port 1884";
        }
        if (said.contains("permission denied")) {
            return "; ports below 1024 need a privilege: choose a higher one, such as --port 1883";
        }
        if (said.contains("cannot assign requested address") || said.contains("can't assign requested address")) {
            return "; this machine does not have that address, check the listener's host";
        }
        return "";
    }
}
