package io.chasqui.server.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Who is in which group: lines {@code GROUP:USER,USER}. Immutable. */
final class Groups {
    static final Groups NONE = new Groups(Map.of());

    private final Map<String, Set<String>> ofUser;

    private Groups(Map<String, Set<String>> ofUser) {
        this.ofUser = ofUser;
    }

    Set<String> of(String user) {
        return ofUser.getOrDefault(user, Set.of());
    }

    /** Users who were in a group in {@code earlier}, and are not any more. */
    Set<String> leftSince(Groups earlier) {
        return earlier.ofUser.entrySet().stream()
                .filter(entry -> !of(entry.getKey()).containsAll(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** @throws IOException when it cannot be read, or a line is wrong; the message names file and line */
    static Groups read(Path file) throws IOException {
        if (Files.size(file) > Passwords.MAX_BYTES) {
            throw new IOException(file + " is larger than " + (Passwords.MAX_BYTES >> 20) + " MiB");
        }
        Map<String, Set<String>> ofUser = new HashMap<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException(file + ":" + (i + 1) + ": is not GROUP:USER,USER");
            }
            for (String user : line.substring(colon + 1).split(",", -1)) {
                ofUser.computeIfAbsent(user.strip(), _ -> new HashSet<>())
                        .add(line.substring(0, colon).strip());
            }
        }
        return new Groups(ofUser);
    }
}
