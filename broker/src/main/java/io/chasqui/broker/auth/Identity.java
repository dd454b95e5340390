package io.chasqui.broker.auth;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom authentication has found behind a Network Connection. Immutable.
 *
 * @param user the verified user name; null for an anonymous client
 * @param groups that the user is in
 * @param grants rules that the credentials themselves carry, such as the claims of a token; they are weighed like rules for
 *     this one client
 * @param expiresAtMillis when the credentials end, in milliseconds since 1970, or {@link #NEVER}; the connection ends then
 *     unless the client authenticates again
 * @param method that has decided, for the audit log: {@code password}, {@code jwt} ...
 * @param complete false where only the name has survived a restart: rules that deny something to a group count then,
 *     because nobody knows the groups
 */
public record Identity(
        @Nullable String user,
        Set<String> groups,
        List<Rule> grants,
        long expiresAtMillis,
        String method,
        boolean complete) {
    /** For credentials without an end. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Somebody, and nobody has asked who. */
    public static final Identity ANONYMOUS = new Identity(null, Set.of(), List.of(), NEVER, "anonymous", true);

    public Identity {
        groups = Set.copyOf(groups);
        grants = List.copyOf(grants);
    }

    /** A user in no group, whose credentials do not end. */
    public static Identity user(String name, String method) {
        return new Identity(name, Set.of(), List.of(), NEVER, method, true);
    }

    /** What is left of an identity after a restart of the broker. */
    public static Identity restored(@Nullable String user) {
        return new Identity(user, Set.of(), List.of(), NEVER, "restored", false);
    }

    public Identity withGroups(Set<String> newGroups) {
        return new Identity(user, newGroups, grants, expiresAtMillis, method, complete);
    }
}
