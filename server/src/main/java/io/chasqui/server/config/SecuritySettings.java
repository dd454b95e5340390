package io.chasqui.server.config;

import io.chasqui.broker.auth.Conduct.OverLimit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Who may come and what they may do, as configured. An empty path or text stands for none. What belongs together in several
 * keys is checked by {@link SecurityCheck}.
 */
public record SecuritySettings(
        Authentication authentication,
        Password password,
        Scram scram,
        Jwt jwt,
        Http http,
        Ldap ldap,
        Sql sql,
        Authorization authorization,
        Guard guard,
        Audit audit) {
    public static final SecuritySettings DEFAULT = new SecuritySettings(
            Authentication.DEFAULT,
            Password.DEFAULT,
            Scram.DEFAULT,
            Jwt.DEFAULT,
            Http.DEFAULT,
            Ldap.DEFAULT,
            Sql.DEFAULT,
            Authorization.DEFAULT,
            Guard.DEFAULT,
            Audit.DEFAULT);

    /** Whether {@code path} was given. */
    public static boolean isGiven(Path path) {
        return !path.toString().isEmpty();
    }

    /**
     * The chain.
     *
     * @param methods in the order in which they are asked
     * @param threads for what takes time
     * @param queue clients that may wait for these threads
     */
    public record Authentication(List<String> methods, int threads, int queue) {
        /** What can be in the chain. */
        public static final List<String> METHODS =
                List.of("password", "certificate", "jwt", "scram", "http", "ldap", "sql");

        static final Authentication DEFAULT =
                new Authentication(List.of(), Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 1_000);
    }

    /** A file of users. */
    public record Password(Path file, Path groupsFile, boolean rehash, int argon2Memory, int argon2Passes) {
        static final Password DEFAULT = new Password(Path.of(""), Path.of(""), true, 19 << 20, 2);
    }

    /** SCRAM; its verifiers are in the password file. */
    public record Scram(List<String> mechanisms) {
        public static final List<String> MECHANISMS = List.of("SCRAM-SHA-256", "SCRAM-SHA-512");
        static final Scram DEFAULT = new Scram(MECHANISMS);
    }

    /** Signed tokens. */
    public record Jwt(
            Path keyFile,
            String jwks,
            Duration jwksRefresh,
            List<String> algorithms,
            String issuer,
            String audience,
            Duration leeway,
            String userClaim,
            String clientIdClaim,
            String groupsClaim,
            String aclClaim) {
        public static final List<String> ALGORITHMS = List.of("RS256", "ES256", "EdDSA", "HS256");
        static final Jwt DEFAULT = new Jwt(
                Path.of(""),
                "",
                Duration.ofMinutes(10),
                List.of("RS256", "ES256", "EdDSA"),
                "",
                "",
                Duration.ofSeconds(30),
                "sub",
                "",
                "groups",
                "acl");
    }

    /** A question to a web service. */
    public record Http(String url, Path tokenFile, Duration timeout, Duration cache, int inFlight) {
        static final Http DEFAULT = new Http("", Path.of(""), Duration.ofSeconds(5), Duration.ZERO, 100);
    }

    /** A directory. */
    public record Ldap(
            String url,
            String userDn,
            String bindDn,
            Path bindPasswordFile,
            String searchBase,
            String searchFilter,
            String groupBase,
            String groupFilter,
            String groupAttribute,
            boolean startTls,
            Path caFile,
            Duration timeout) {
        static final Ldap DEFAULT = new Ldap(
                "",
                "",
                "",
                Path.of(""),
                "",
                "(uid=%u)",
                "",
                "(member=%d)",
                "cn",
                false,
                Path.of(""),
                Duration.ofSeconds(5));
    }

    /** A database. */
    public record Sql(
            String url,
            String user,
            Path passwordFile,
            String query,
            String groupsQuery,
            int connections,
            Duration timeout) {
        static final Sql DEFAULT = new Sql("", "", Path.of(""), "", "", 4, Duration.ofSeconds(5));
    }

    /** Who may do what. */
    public record Authorization(Path rules, Format format, boolean reportOnly, DeniedPublish deniedPublish) {
        /** How the file of rules is written. */
        public enum Format {
            /** Our own. */
            CHASQUI,
            /** Mosquitto's acl_file. */
            MOSQUITTO
        }

        /** What an MQTT 3 client meets whose message is denied, and an MQTT 5 client at QoS 0. */
        public enum DeniedPublish {
            /** The message is dropped. */
            DROP,
            /** The connection is closed. */
            DISCONNECT
        }

        static final Authorization DEFAULT = new Authorization(Path.of(""), Format.CHASQUI, false, DeniedPublish.DROP);
    }

    /** Against those who try passwords, and those who cannot stop connecting. */
    public record Guard(
            int failures,
            Duration window,
            Duration ban,
            int connectionsPerSecond,
            boolean slowFights,
            int messagesPerSecond,
            long bytesPerSecond,
            OverLimit overLimit) {
        static final Guard DEFAULT =
                new Guard(10, Duration.ofMinutes(5), Duration.ofMinutes(5), 0, true, 0, 0, OverLimit.SLOW);
    }

    /** What is written down. */
    public record Audit(Path file, long maxBytes, int keep) {
        static final Audit DEFAULT = new Audit(Path.of(""), 64L << 20, 5);
    }
}
