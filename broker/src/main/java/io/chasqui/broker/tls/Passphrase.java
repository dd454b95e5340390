package io.chasqui.broker.tls;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where the passphrase of a key is: never in the configuration itself, so nothing there has to be hidden. */
final class Passphrase {
    private static final String FILE = "file:";
    private static final String ENVIRONMENT = "env:";

    private Passphrase() {}

    static Optional<Path> file(String where) {
        return where.startsWith(FILE) ? Optional.of(Path.of(where.substring(FILE.length()))) : Optional.empty();
    }

    /** @return empty for none */
    static char[] read(String where, FileContents contents, Map<String, String> environment) throws TlsException {
        Optional<Path> file = file(where);
        if (file.isPresent()) {
            String text = new String(contents.of(file.get()), StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("").toCharArray();
        }
        if (where.startsWith(ENVIRONMENT)) {
            String name = where.substring(ENVIRONMENT.length());
            String value = environment.get(name);
            if (value == null) {
                throw new TlsException(Path.of(where), "there is no such environment variable");
            }
            return value.toCharArray();
        }
        return new char[0];
    }
}
