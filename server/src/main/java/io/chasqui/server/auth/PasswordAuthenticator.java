package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.protocol.ReasonCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * User names and passwords of a file. A name that is not in it costs as much time as one that is: it is compared with the
 * stored password of somebody, always the same for the same name. Any thread.
 */
final class PasswordAuthenticator implements Authenticator {
    static final Verdict REFUSED = Verdict.refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null);
    private static final Logger LOG = LoggerFactory.getLogger(PasswordAuthenticator.class);

    /** A file as it was read, and those of its hashes that stand in for unknown users. */
    private record Known(Passwords passwords, List<Hash> hashes) {}

    private final Path file;
    private final Hash.Strength strength;
    private final boolean rehash;
    private final Workers workers;
    private final byte[] secret = new byte[32]; // so that nobody can tell whose hash stands in for which name
    private final Hash standIn; // while the file has no hash at all
    private volatile Known known = new Known(Passwords.NONE, List.of());
    private volatile Groups groups = Groups.NONE;
    private volatile Consumer<Set<String>> onChanged =
            _ -> {}; // hears of users who are gone, or whose password has changed
    private volatile Consumer<Set<String>> onLeft = _ -> {}; // hears of users who have left a group

    PasswordAuthenticator(Path file, Hash.Strength strength, boolean rehash, Workers workers) {
        this.file = file;
        this.strength = strength;
        this.rehash = rehash;
        this.workers = workers;
        new SecureRandom().nextBytes(secret);
        standIn = strength.hash(secret);
    }

    /** @param listener hears, when a file is read, which of the users that were known are gone or have another password */
    void onChanged(Consumer<Set<String>> listener) {
        onChanged = listener;
    }

    /** Takes the users of a file. */
    void read(Path from) throws IOException {
        announce(take(from), onChanged);
    }

    /** @param listener hears, when a file is read, which users are in a group no more */
    void onLeft(Consumer<Set<String>> listener) {
        onLeft = listener;
    }

    private static void announce(Set<String> names, Consumer<Set<String>> listener) {
        if (!names.isEmpty()) {
            listener.accept(names);
        }
    }

    /** @return users who are not known any more as they were */
    private synchronized Set<String> take(Path from) throws IOException {
        Passwords before = known.passwords;
        Passwords passwords = Passwords.read(from);
        List<Hash> hashes = passwords.users().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .<Hash>mapMulti((entry, found) -> {
                    if (entry.getValue().hash() != null) {
                        found.accept(entry.getValue().hash());
                    }
                })
                .toList();
        known = new Known(passwords, hashes);
        return passwords.changedSince(before);
    }

    /** Takes the groups of a file. */
    void readGroups(Path from) throws IOException {
        Groups now = Groups.read(from);
        Groups before = groups;
        groups = now;
        announce(now.leftSince(before), onLeft);
    }

    Passwords passwords() {
        return known.passwords;
    }

    Groups groups() {
        return groups;
    }

    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
        String name = client.userName();
        if (name == null || name.isEmpty()) {
            return CompletableFuture.completedFuture(Verdict.NEXT);
        }
        byte[] given = password == null ? new byte[0] : password;
        return workers.ask(() -> judge(name, given));
    }

    private Verdict judge(String name, byte[] password) {
        Known now = known;
        Passwords.User user = now.passwords.find(name);
        Hash hash = user == null ? null : user.hash();
        boolean matches = (hash == null ? standIn(name, now.hashes) : hash).matches(password);
        if (hash == null) {
            return user == null ? Verdict.NEXT : REFUSED; // of SCRAM verifiers alone: no password is taken
        }
        if (!matches || password.length == 0) {
            return REFUSED;
        }
        if (rehash && strength.exceeds(hash)) {
            storeAnew(name, hash, password);
        }
        return new Accepted(Identity.user(name, "password").withGroups(groups.of(name)));
    }

    private Hash standIn(String name, List<Hash> hashes) {
        if (hashes.isEmpty()) {
            return standIn;
        }
        byte[] mixed = Digests.hmac("HmacSHA256", secret, name.getBytes(StandardCharsets.UTF_8));
        int number = (mixed[0] & 0xff) << 16 | (mixed[1] & 0xff) << 8 | mixed[2] & 0xff;
        return hashes.get(number % hashes.size());
    }

    private void storeAnew(String name, Hash old, byte[] password) {
        try {
            List<String> before = Passwords.lines(name, old, List.of());
            List<String> after = Passwords.lines(name, strength.hash(password), List.of());
            Passwords.change(
                    file,
                    lines -> lines.stream()
                            .map(line -> line.strip().equals(before.getFirst()) ? after.getFirst() : line)
                            .toList()); // a line that somebody has changed meanwhile stays
            Set<String> changed = new HashSet<>(take(file)); // by others, at the same time
            Passwords.User user = known.passwords.find(name);
            if (user != null && Passwords.lines(name, user.hash(), List.of()).equals(after)) {
                changed.remove(name);
            }
            announce(changed, onChanged);
            LOG.info("the password of {} is stored with argon2id now", Text.printable(name));
        } catch (IOException e) {
            LOG.warn("a weak hash in {} cannot be replaced: {}", file, e.toString());
        }
    }
}
