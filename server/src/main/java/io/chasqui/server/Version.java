package io.chasqui.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What this build is called. */
final class Version {
    private Version() {}

    /** The version that the build wrote beside this class, such as {@code 0.1.0}. */
    static String chasqui() {
        try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
            return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String java() {
        return Runtime.version().toString();
    }

    /** For {@code --version}. */
    static String text() {
        return "chasqui " + chasqui() + "\nJava " + java() + " (" + System.getProperty("java.vendor") + "), "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
