package io.chasqui.server.auth;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A password file as read: lines {@code USER:HASH}, as {@code mosquitto_passwd} writes them; a user may have SCRAM verifiers on
 * lines of their own. Empty lines and those that begin with {@code #} are kept. Immutable.
 */
final class Passwords {
    static final int MAX_BYTES = 64 << 20;
    static final int MAX_NAME_BYTES = 65_535; // of a User Name in MQTT

    static final Passwords NONE = new Passwords(Map.of());

    /**
     * One user.
     *
     * @param hash null for a user who has SCRAM verifiers alone
     * @param verifiers by mechanism
     */
    record User(@Nullable Hash hash, Map<String, Verifier> verifiers) {}

    private final Map<String, User> users;

    private Passwords(Map<String, User> users) {
        this.users = users;
    }

    @Nullable
    User find(String name) {
        return users.get(name);
    }

    Map<String, User> users() {
        return users;
    }

    /** @throws IOException when it cannot be read, or a line is wrong; the message names file and line and no secret */
    static Passwords read(Path file) throws IOException {
        return parse(file, lines(file));
    }

    /** Users of {@code earlier} who are gone, or whose secrets are others now. Those who only have got another are not. */
    Set<String> changedSince(Passwords earlier) {
        return earlier.users.entrySet().stream()
                .filter(entry -> !secrets(entry.getKey()).containsAll(earlier.secrets(entry.getKey())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<String> secrets(String name) {
        User user = users.get(name);
        return user == null
                ? List.of()
                : lines(name, user.hash(), List.copyOf(user.verifiers().values()));
    }

    private static List<String> lines(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is larger than " + (MAX_BYTES >> 20) + " MiB");
        }
        return Files.readAllLines(file);
    }

    private static Passwords parse(Path file, List<String> lines) throws IOException {
        Map<String, User> users = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (isComment(line)) {
                continue;
            }
            try {
                add(line.strip(), users);
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return new Passwords(Map.copyOf(users));
    }

    private static boolean isComment(String line) {
        return line.isBlank() || line.startsWith("#");
    }

    private static void add(String line, Map<String, User> users) {
        int colon = line.indexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("is not USER:HASH; chasqui passwd create makes such lines");
        }
        String name = line.substring(0, colon);
        String secret = line.substring(colon + 1);
        User user = users.getOrDefault(name, new User(null, Map.of()));
        if (Verifier.isVerifier(secret)) {
            Verifier verifier = Verifier.of(secret);
            Map<String, Verifier> verifiers = new HashMap<>(user.verifiers);
            if (verifiers.put(verifier.mechanism(), verifier) != null) {
                throw new IllegalArgumentException("a second " + verifier.mechanism() + " verifier of one user");
            }
            users.put(name, new User(user.hash, Map.copyOf(verifiers)));
        } else if (user.hash != null) {
            throw new IllegalArgumentException("a second password of one user");
        } else {
            users.put(name, new User(Hash.of(secret), user.verifiers));
        }
    }

    /** @throws IllegalArgumentException saying why this cannot be a user's name in a file */
    static void checkName(String name) {
        if (name.isEmpty() || !name.equals(name.strip()) || name.startsWith("#")) {
            throw new IllegalArgumentException("a user name is not empty, and begins with no # and no space");
        }
        if (name.chars().anyMatch(c -> c == ':' || c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("a user name has no colon and no control characters");
        }
    }

    /** The lines of one user's secrets. */
    static List<String> lines(String name, @Nullable Hash hash, List<Verifier> verifiers) {
        List<String> lines = new ArrayList<>();
        if (hash != null) {
            lines.add(name + ":" + hash.text());
        }
        verifiers.forEach(verifier -> lines.add(name + ":" + verifier.text()));
        return lines;
    }

    /** Puts {@code secrets} in the place of all lines of the user; other lines stay as they are. */
    static UnaryOperator<List<String>> replacing(String name, List<String> secrets) {
        return lines -> {
            List<String> result = new ArrayList<>();
            boolean placed = false;
            for (String line : lines) {
                boolean mine = !isComment(line) && line.strip().startsWith(name + ":");
                if (mine && !placed) {
                    result.addAll(secrets);
                    placed = true;
                } else if (!mine) {
                    result.add(line);
                }
            }
            if (!placed) {
                result.addAll(secrets);
            }
            return result;
        };
    }

    /**
     * Changes a file as a whole: who reads it sees it as it was or as it is. Its permissions stay; a new one is its owner's
     * alone.
     *
     * @throws IOException also when the result could not be read again; then nothing is changed
     */
    static synchronized void change(Path file, UnaryOperator<List<String>> change) throws IOException {
        Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        List<String> lines = change.apply(Files.exists(real) ? lines(real) : List.of());
        parse(file, lines);
        Path folder = real.getParent();
        boolean posix = folder != null && Files.getFileStore(folder).supportsFileAttributeView("posix");
        Set<PosixFilePermission> permissions = posix && Files.exists(real)
                ? Files.getPosixFilePermissions(real)
                : PosixFilePermissions.fromString("rw-------");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
        Path written = Files.createTempFile(folder, ".passwords", ".new", attributes);
        try {
            Files.write(written, lines);
            if (posix) {
                Files.setPosixFilePermissions(written, permissions);
            }
            try {
                Files.move(written, real, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(written, real, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
