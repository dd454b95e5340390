package io.chasqui.server.config;

import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.connection.ListenerLimits;
import io.chasqui.broker.tls.TlsConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A heading of the configuration whose keys are the components of one record.
 *
 * @param prefix of its keys, such as {@code password.}
 * @param title in the documentation
 * @param text in the documentation
 * @param defaults the record as it is when nothing is given
 */
record Section(String prefix, String title, String text, Record defaults) {
    /** Those of security, in the order of the components of {@link SecuritySettings}. */
    static final List<Section> SECURITY = List.of(
            new Section(
                    "authentication.",
                    "Authentication",
                    "Who may come in; docs/security.md has the whole story. Methods are asked in their order, and the"
                            + " first that knows a client decides. Without methods nobody is asked for a password.",
                    SecuritySettings.DEFAULT.authentication()),
            new Section(
                    "password.",
                    "Method password",
                    "User names and passwords in a file; `chasqui passwd` changes it. Files of `mosquitto_passwd` are"
                            + " read as they are.",
                    SecuritySettings.DEFAULT.password()),
            new Section(
                    "scram.",
                    "Method scram",
                    "MQTT 5 clients that prove their password and never send it. Uses `password.file`, where"
                            + " `chasqui passwd create --scram` puts what it needs.",
                    SecuritySettings.DEFAULT.scram()),
            new Section(
                    "jwt.",
                    "Method jwt",
                    "Signed tokens (JSON Web Tokens), sent as password, or by MQTT 5 clients with the Authentication"
                            + " Method `JWT`, which may send a new one before the old one expires.",
                    SecuritySettings.DEFAULT.jwt()),
            new Section(
                    "http.",
                    "Method http",
                    "Asks a web service: a POST with JSON, and the answer is JSON. What is no clear answer in time lets"
                            + " nobody in.",
                    SecuritySettings.DEFAULT.http()),
            new Section(
                    "ldap.",
                    "Method ldap",
                    "Asks a directory, by a bind with the client's name and password.",
                    SecuritySettings.DEFAULT.ldap()),
            new Section(
                    "sql.",
                    "Method sql",
                    "Reads the stored password from a database. Its JDBC driver has to be put into the directory `lib`"
                            + " of Chasqui.",
                    SecuritySettings.DEFAULT.sql()),
            new Section(
                    "authorization.",
                    "Authorization",
                    "Who may publish and subscribe to what. Without a file of rules: everything but publishing below"
                            + " `$SYS`.",
                    SecuritySettings.DEFAULT.authorization()),
            new Section(
                    "guard.",
                    "Guard",
                    "Against those who try passwords, and those who cannot stop connecting. Clients of this machine"
                            + " itself are never banned.",
                    SecuritySettings.DEFAULT.guard()),
            new Section(
                    "audit.",
                    "Audit",
                    "A file with one line of JSON for each client that came, was refused, was denied something, or"
                            + " left. It has no passwords and no payloads.",
                    SecuritySettings.DEFAULT.audit()));

    /** Those whose values stand in a record of their own. */
    private static final List<Section> WITH_RECORD = List.of(
            new Section(Setting.TLS_OF_LISTENER, "", "", TlsConfig.DEFAULT),
            new Section(Setting.LIMITS_OF_LISTENER, "", "", ListenerLimits.NONE),
            new Section(Setting.ANY_LISTENER, "", "", ListenerConfig.DEFAULT),
            new Section("limits.", "", "", Limits.DEFAULT),
            new Section("store.", "", "", StoreSettings.DEFAULT));

    /** The default of a setting, where a section has one. */
    static Optional<Object> defaultOf(Setting setting) {
        return Stream.concat(WITH_RECORD.stream(), SECURITY.stream())
                .filter(section -> section.prefix.equals(setting.section()))
                .map(section -> Records.get(section.defaults, setting.component()))
                .findFirst();
    }

    /** The name of its key at the top of the file: {@code password}. */
    String name() {
        return prefix.substring(0, prefix.length() - 1);
    }

    /** Its value in {@code settings}. */
    Record in(SecuritySettings settings) {
        return (Record) Records.get(settings, name());
    }
}
