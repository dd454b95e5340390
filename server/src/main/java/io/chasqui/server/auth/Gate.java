package io.chasqui.server.auth;

import io.chasqui.broker.Broker;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.Chain;
import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.auth.RuleAuthorizer;
import io.chasqui.broker.auth.Security;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.config.RuleFile;
import io.chasqui.server.config.Secrets;
import io.chasqui.server.config.SecuritySettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands between clients and the broker, made from the configuration: the audit, the guard, the chain of methods, and
 * the rules; with the threads and watches that these need. To be closed after the broker.
 */
public final class Gate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    private static final String ENVIRONMENT = "env:";
    private static final Set<String> WITH_PASSWORD = Set.of("password", "SCRAM-SHA-256", "SCRAM-SHA-512");
    private static final Set<String> WITH_GROUPS =
            Set.of("password", "SCRAM-SHA-256", "SCRAM-SHA-512", "certificate"); // of the file of groups

    private final SecuritySettings settings;
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final FileWatch watch = new FileWatch();
    private final Workers workers;
    private @Nullable PasswordAuthenticator users; // of the password file, for several methods
    private @Nullable RuleAuthorizer rules;

    private Gate(SecuritySettings settings) {
        this.settings = settings;
        workers = new Workers(
                "authentication",
                settings.authentication().threads(),
                settings.authentication().queue());
        parts.add(watch);
        parts.add(workers);
    }

    /**
     * Reads all files.
     *
     * @throws IOException when one cannot be read, or has a fault; the message names it
     */
    public static Opened open(SecuritySettings settings, List<ListenerConfig> listeners) throws IOException {
        Gate gate = new Gate(settings);
        try {
            return new Opened(gate, gate.security(listeners));
        } catch (IOException | RuntimeException e) {
            gate.close();
            throw e;
        }
    }

    /** A gate, and what the broker asks it. */
    public record Opened(Gate gate, Security security) {}

    private Security security(List<ListenerConfig> listeners) throws IOException {
        Audit audit = new FightLog(audit(), System::nanoTime, LOG::warn);
        Authenticator chain = Authenticator.ANYONE;
        if (!settings.authentication().methods().isEmpty()) {
            List<Authenticator> links = new ArrayList<>();
            for (String method : settings.authentication().methods()) {
                links.add(method(method));
            }
            links.add(new CredentialFree(listeners.stream()
                    .filter(ListenerConfig::allowAnonymous)
                    .map(ListenerConfig::name)
                    .collect(Collectors.toSet())));
            chain = new Chain(links);
        }
        return new Security(
                new Guard(chain, settings.guard(), System::nanoTime),
                authorizer(audit),
                audit,
                new Conduct(
                        settings.guard().slowFights(),
                        settings.authorization().deniedPublish()
                                == SecuritySettings.Authorization.DeniedPublish.DISCONNECT,
                        settings.guard().messagesPerSecond(),
                        settings.guard().bytesPerSecond(),
                        settings.guard().overLimit()));
    }

    private Audit audit() throws IOException {
        SecuritySettings.Audit given = settings.audit();
        if (!SecuritySettings.isGiven(given.file())) {
            return Audit.NONE;
        }
        AuditLog log = new AuditLog(given.file(), given.maxBytes(), given.keep(), Clock.systemUTC());
        parts.add(log);
        return log;
    }

    private Authenticator method(String name) throws IOException {
        return switch (name) {
            case "password" -> users();
            case "scram" -> new ScramAuthenticator(settings.scram().mechanisms(), users());
            case "certificate" -> certificate();
            case "jwt" -> jwt();
            case "http" ->
                kept(new HttpAuthenticator(
                        settings.http(),
                        secret(settings.http().tokenFile()),
                        System::nanoTime,
                        Clock.systemUTC(),
                        outage("the web service", settings.http().url())));
            case "sql" ->
                kept(new SqlAuthenticator(
                        settings.sql(),
                        secret(settings.sql().passwordFile()),
                        strength(),
                        settings.authentication().queue(),
                        outage("the database", settings.sql().url())));
            case "ldap" -> ldap();
            default -> throw new IllegalArgumentException(name); // the configuration has been checked
        };
    }

    private <T extends AutoCloseable> T kept(T part) {
        parts.add(part);
        return part;
    }

    private Authenticator jwt() throws IOException {
        SecuritySettings.Jwt given = settings.jwt();
        if (given.jwks().matches("https?://.*")) {
            RemoteKeys keys = kept(new RemoteKeys(
                    URI.create(given.jwks()), given.jwksRefresh(), RemoteKeys.TIMEOUT, System::nanoTime));
            return new JwtAuthenticator(given, keys, workers, Clock.systemUTC());
        }
        AtomicReference<Keys> keys = new AtomicReference<>(Keys.NONE);
        if (given.keyFile().toString().startsWith(ENVIRONMENT)) {
            String secret = variable(given.keyFile(), System.getenv());
            keys.set(Keys.ofFile(secret.getBytes(StandardCharsets.UTF_8)));
        } else if (given.jwks().isEmpty()) {
            watch.add(given.keyFile(), file -> keys.set(keys(file, Keys::ofFile)));
        } else {
            watch.add(Path.of(given.jwks()), file -> keys.set(keys(file, Keys::ofSet)));
        }
        return new JwtAuthenticator(given, JwtAuthenticator.KeySource.of(keys::get), workers, Clock.systemUTC());
    }

    /** Makes keys of the bytes of a file. */
    private interface KeyReader {
        Keys read(byte[] bytes) throws IOException;
    }

    private static Keys keys(Path file, KeyReader reader) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try {
            return reader.read(bytes);
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static Outage outage(String what, String url) {
        return new Outage(what + " " + Secrets.hidden(url), System::nanoTime, LOG::warn);
    }

    private Authenticator ldap() throws IOException {
        try {
            return new LdapAuthenticator(
                    settings.ldap(),
                    secret(settings.ldap().bindPasswordFile()),
                    workers,
                    outage("the directory", settings.ldap().url()));
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static @Nullable String secret(Path where) throws IOException {
        return secret(where, System.getenv());
    }

    /** The first line of what holds a secret: a file, or with {@code env:NAME} a variable; null where none is configured. */
    static @Nullable String secret(Path where, Map<String, String> environment) throws IOException {
        if (!SecuritySettings.isGiven(where)) {
            return null;
        }
        String text = where.toString().startsWith(ENVIRONMENT) ? variable(where, environment) : Files.readString(where);
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    private static String variable(Path where, Map<String, String> environment) throws IOException {
        String value = environment.get(where.toString().substring(ENVIRONMENT.length()));
        if (value == null) {
            throw new IOException(where + ": there is no such environment variable");
        }
        return value;
    }

    private Hash.Strength strength() {
        return new Hash.Strength(
                settings.password().argon2Memory() >> 10, settings.password().argon2Passes());
    }

    /** A certificate needs no password file, but its groups may be there. */
    private Authenticator certificate() throws IOException {
        SecuritySettings.Password password = settings.password();
        if (SecuritySettings.isGiven(password.file()) || SecuritySettings.isGiven(password.groupsFile())) {
            PasswordAuthenticator known = users();
            return new CertificateAuthenticator(known::groups);
        }
        return new CertificateAuthenticator(() -> Groups.NONE);
    }

    private PasswordAuthenticator users() throws IOException {
        if (users == null) {
            SecuritySettings.Password password = settings.password();
            PasswordAuthenticator made =
                    new PasswordAuthenticator(password.file(), strength(), password.rehash(), workers);
            if (SecuritySettings.isGiven(password.file())) {
                watch.add(password.file(), made::read);
                warnOfReaders(password.file());
            }
            if (SecuritySettings.isGiven(password.groupsFile())) {
                watch.add(password.groupsFile(), made::readGroups);
            }
            users = made;
        }
        return users;
    }

    private static void warnOfReaders(Path file) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")
                && Files.getPosixFilePermissions(file).stream()
                        .anyMatch(each -> each.name().startsWith("OTHERS_"))) {
            LOG.warn("{} can be read or written by every user of this machine; chmod o= mends it", file);
        }
    }

    private Authorizer authorizer(Audit audit) throws IOException {
        SecuritySettings.Authorization given = settings.authorization();
        if (!SecuritySettings.isGiven(given.rules())) {
            return Authorizer.OPEN;
        }
        RuleAuthorizer authorizer =
                new RuleAuthorizer(RuleFile.read(given.rules(), given.format()), given.reportOnly(), audit);
        watch.add(given.rules(), file -> authorizer.replace(RuleFile.read(file, given.format())));
        rules = authorizer;
        return authorizer;
    }

    /**
     * The broker that asks this gate: from now on, who is in with a password of the file is disconnected when that is deleted or
     * changed there, and who is in a group of the file, when he is taken out of it. So is who is just coming in.
     */
    public void guards(Broker broker) {
        if (users == null) {
            return;
        }
        users.onChanged(names ->
                disconnect(broker, names, WITH_PASSWORD, "the user's password has been changed, or the user deleted"));
        users.onLeft(names -> disconnect(broker, names, WITH_GROUPS, "the user has left a group"));
    }

    private static void disconnect(Broker broker, Set<String> users, Set<String> methods, String why) {
        LOG.info("{} users are disconnected, if they are here: {}", users.size(), why);
        broker.disconnect(
                client -> methods.contains(client.identity().method())
                        && users.contains(client.identity().user()),
                ReasonCode.NOT_AUTHORIZED,
                why);
    }

    /** Looks at the files now, as it does by itself every two seconds. */
    void checkFiles() {
        watch.check();
    }

    /** How often the rules have said no since the start; 0 without rules. */
    public long denied() {
        return rules == null ? 0 : rules.denied();
    }

    @Override
    public void close() {
        if (rules != null && settings.authorization().reportOnly()) {
            LOG.info("report only: the rules would have denied {} times", rules.denied());
        }
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} cannot be closed: {}", part, e.toString());
            }
        }
    }
}
