package io.chasqui.server.config;

import static io.chasqui.server.config.Setting.number;
import static io.chasqui.server.config.Setting.setting;

import io.chasqui.broker.auth.Conduct;
import java.util.List;

/** The rows of {@link Settings} that are about security. */
final class SecurityRows {
    static final List<Setting> ALL = List.of(
            setting(
                    "authentication.methods",
                    ValueType.WORDS,
                    "The chain: any of `password`, `certificate`, `jwt`, `scram`, `http`, `ldap`, `sql`, "
                            + "in the order in which they are asked. `certificate` takes the identity of a verified "
                            + "client certificate as user; it needs no keys of its own."),
            number(
                            "authentication.threads",
                            ValueType.INTEGER,
                            "threads",
                            "1",
                            "64",
                            "Threads for what takes time: password hashes, directories, databases. They run at a "
                                    + "low priority.")
                    .withDefault("half of the processors"),
            number(
                    "authentication.queue",
                    ValueType.INTEGER,
                    "clients",
                    "1",
                    "100000",
                    "Clients that may wait for these threads; one more is refused with 0x89 Server busy."),
            setting(
                    "password.file",
                    ValueType.FILE,
                    "Lines `USER:HASH`. It is read again when it changes; a file with a fault is not "
                            + "taken, and what was read before stays."),
            setting(
                    "password.groups-file",
                    ValueType.FILE,
                    "Lines `GROUP:USER,USER`: the groups that rules can be for, of users who come with the methods "
                            + "`password`, `scram` and `certificate`. Read again when it changes."),
            setting(
                    "password.rehash",
                    ValueType.YES_OR_NO,
                    "Whether a password with a weak hash is stored anew, with argon2id, when its user " + "comes in."),
            number(
                    "password.argon2-memory",
                    ValueType.SIZE_INT,
                    "bytes",
                    "64KiB",
                    "256MiB",
                    "Memory of argon2id for new hashes. `authentication.threads` times this is in use when "
                            + "many come at once."),
            number(
                    "password.argon2-passes",
                    ValueType.INTEGER,
                    "passes",
                    "1",
                    "64",
                    "Passes of argon2id for new hashes."),
            setting("scram.mechanisms", ValueType.WORDS, "What is offered: `SCRAM-SHA-256`, `SCRAM-SHA-512`."),
            setting(
                    "jwt.key-file",
                    ValueType.FILE,
                    "The key that tokens are signed with: a public key or certificate as PEM, or for HS256 the secret"
                            + " itself, 32 bytes or more. Read again when it changes. `env:NAME` takes it from an"
                            + " environment variable."),
            setting(
                    "jwt.jwks",
                    ValueType.TEXT,
                    "A file, or an `https:` URL (`http:` on this machine alone), of a JSON Web Key Set."),
            number(
                    "jwt.jwks-refresh",
                    ValueType.DURATION,
                    "",
                    "10s",
                    "24h",
                    "How often a URL is asked again. A token with a key that is not known makes it asked "
                            + "earlier, at most every 10 s. If it does not answer, what was known stays."),
            setting(
                    "jwt.algorithms",
                    ValueType.WORDS,
                    "What a token may be signed with: `RS256`, `ES256`, `EdDSA`, `HS256`. A key is used "
                            + "for its own kind of algorithm only."),
            setting("jwt.issuer", ValueType.TEXT, "If given, the claim `iss` has to be this."),
            setting("jwt.audience", ValueType.TEXT, "If given, the claim `aud` has to be or contain this."),
            number(
                    "jwt.leeway",
                    ValueType.DURATION,
                    "",
                    "0s",
                    "10m",
                    "How far the clocks of those who issue tokens may be off."),
            setting(
                    "jwt.user-claim",
                    ValueType.TEXT,
                    "The claim that is the user. A User Name in CONNECT has to be the same."),
            setting(
                    "jwt.client-id-claim",
                    ValueType.TEXT,
                    "If given, this claim has to be there, and to be the Client Identifier."),
            setting(
                    "jwt.groups-claim",
                    ValueType.TEXT,
                    "The claim with the user's groups: a list, or words with spaces between."),
            setting(
                    "jwt.acl-claim",
                    ValueType.TEXT,
                    "The claim with rules for this client: `{\"publish\": [FILTER], \"subscribe\": "
                            + "[FILTER]}`. They allow, beside the rules of the file; they count only where "
                            + "`authorization.rules` is given."),
            setting("http.url", ValueType.TEXT, "Where to ask: `https:`, or `http:`."),
            setting(
                    "http.token-file",
                    ValueType.FILE,
                    "A file with what is sent as `Authorization: Bearer`, or `env:NAME` for an environment variable."),
            number("http.timeout", ValueType.DURATION, "", "100ms", "25s", "For the whole answer."),
            number(
                    "http.cache",
                    ValueType.DURATION,
                    "",
                    "0s",
                    "1h",
                    "How long a yes is remembered for the same client and password. A no is never " + "remembered."),
            number(
                    "http.in-flight",
                    ValueType.INTEGER,
                    "questions",
                    "1",
                    "10000",
                    "Questions at the same time; one more client is refused with 0x89 Server busy."),
            setting("ldap.url", ValueType.TEXT, "`ldap://HOST:PORT` or `ldaps://HOST:PORT`."),
            setting(
                    "ldap.user-dn",
                    ValueType.TEXT,
                    "The name to bind with, such as `uid=%u,ou=people,dc=example,dc=com`. If it is not "
                            + "given, the user is searched for."),
            setting("ldap.bind-dn", ValueType.TEXT, "The name to search with; none for an anonymous search."),
            setting(
                    "ldap.bind-password-file",
                    ValueType.FILE,
                    "A file with its password, or `env:NAME` for an environment variable."),
            setting("ldap.search-base", ValueType.TEXT, "Below which users are searched for."),
            setting(
                    "ldap.search-filter",
                    ValueType.TEXT,
                    "How a user is found; exactly one has to be. `%u` is the User Name, escaped."),
            setting("ldap.group-base", ValueType.TEXT, "Below which groups are searched for; none for no groups."),
            setting(
                    "ldap.group-filter",
                    ValueType.TEXT,
                    "How the groups of a user are found. `%d` is the name that was bound, `%u` the User " + "Name."),
            setting("ldap.group-attribute", ValueType.TEXT, "What of a group is its name."),
            setting("ldap.start-tls", ValueType.YES_OR_NO, "Whether `ldap:` is encrypted by StartTLS."),
            setting(
                    "ldap.ca-file",
                    ValueType.FILE,
                    "Certificates to trust, as PEM; without it, those that Java trusts."),
            number("ldap.timeout", ValueType.DURATION, "", "100ms", "25s", "For each step."),
            setting("sql.url", ValueType.TEXT, "A JDBC URL, such as `jdbc:postgresql://HOST/DATABASE`."),
            setting("sql.user", ValueType.TEXT, "The database's user."),
            setting(
                    "sql.password-file",
                    ValueType.FILE,
                    "A file with its password, or `env:NAME` for an environment variable."),
            setting(
                    "sql.query",
                    ValueType.TEXT,
                    "Gives the stored password of one user in its first column: `SELECT hash FROM users "
                            + "WHERE name = ?`. `?` is the User Name. The hash is argon2id, bcrypt, PBKDF2 as in "
                            + "Django, or one of Mosquitto's."),
            setting("sql.groups-query", ValueType.TEXT, "Gives the groups of a user, one a row; `?` is the User Name."),
            number("sql.connections", ValueType.INTEGER, "connections", "1", "100", "Connections to the database."),
            number("sql.timeout", ValueType.DURATION, "", "1s", "25s", "For each question."),
            setting(
                    "authorization.rules",
                    ValueType.FILE,
                    "The file of rules. It is read again when it changes; a file with a fault is not "
                            + "taken, and the rules before stay. `chasqui acl` tries rules."),
            setting(
                    "authorization.format",
                    ValueType.oneOf(SecuritySettings.Authorization.Format.class),
                    "How it is written: `chasqui` as in docs/security.md, or `mosquitto`, an `acl_file` "
                            + "with Mosquitto's meaning."),
            setting(
                    "authorization.report-only",
                    ValueType.YES_OR_NO,
                    "Denies nothing, but counts and writes to the audit what would be denied."),
            setting(
                    "authorization.denied-publish",
                    ValueType.oneOf(SecuritySettings.Authorization.DeniedPublish.class),
                    "What happens to a message that its publisher may not publish. `drop`: an MQTT 5 "
                            + "client hears 0x87 at QoS 1 and 2, others are acknowledged, and the message ends as "
                            + "`not-authorized`. `disconnect`: who cannot be told is disconnected, that is MQTT 3 "
                            + "and QoS 0."),
            number(
                    "guard.failures",
                    ValueType.INTEGER,
                    "failures",
                    "0",
                    "1000000",
                    "Refused passwords of one address within `guard.window` that lead to a ban; ten times as"
                            + " many, from any addresses, for one user name."
                            + " Before that each costs the client more time. 0 "
                            + "turns this off."),
            number("guard.window", ValueType.DURATION, "", "1s", "24h", "How long a failure counts."),
            number(
                    "guard.ban",
                    ValueType.DURATION,
                    "",
                    "1s",
                    "24h",
                    "How long an address, or a user at an address, is banned: refused with 0x8A Banned, "
                            + "before any password is looked at."),
            number(
                    "guard.connections-per-second",
                    ValueType.INTEGER,
                    "connections",
                    "0",
                    "1000000",
                    "CONNECT packets of one address in a second, with bursts of ten times as many; more "
                            + "are refused with 0x9F. Clients of this machine are not counted. 0 for no limit."),
            setting(
                    "guard.slow-fights",
                    ValueType.YES_OR_NO,
                    "Whether clients that take one session from each other again and again (two with one "
                            + "Client Identifier) have to wait, up to 5 s."),
            number(
                    "guard.messages-per-second",
                    ValueType.INTEGER,
                    "messages",
                    "0",
                    "10000000",
                    "Messages that one client may publish in a second, and as many at once. 0 for no limit."),
            number(
                    "guard.bytes-per-second",
                    ValueType.SIZE_LONG,
                    "bytes",
                    "0",
                    "1TiB",
                    "Bytes of payload that one client may publish in a second, likewise."),
            setting(
                    "guard.over-limit",
                    ValueType.oneOf(Conduct.OverLimit.class),
                    "What a client meets that publishes faster, subscribes to more or has more retained than it may."
                            + " `slow`: it is not read for a while; what waiting does not help is refused. `refuse`:"
                            + " 0x97 Quota exceeded for what is too much; messages at QoS 0 are dropped, and MQTT 3 is"
                            + " answered as `limits.disconnect-refused-v3` says. `disconnect`: it is disconnected, with"
                            + " 0x96 Message rate too high or 0x97."),
            setting("audit.file", ValueType.FILE, "The file; none for no audit."),
            number(
                    "audit.max-bytes",
                    ValueType.SIZE_LONG,
                    "bytes",
                    "64KiB",
                    "1TiB",
                    "Size at which the file is put aside as `FILE.1` and a new one begun."),
            number("audit.keep", ValueType.INTEGER, "files", "1", "1000", "How many such files are kept."));

    private SecurityRows() {}
}
