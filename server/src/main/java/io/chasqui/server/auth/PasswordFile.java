package io.chasqui.server.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/** A password file as {@code chasqui passwd} changes it: as a whole, or not at all. */
public final class PasswordFile {
    private static final Hash.Strength USUAL = new Hash.Strength(19 << 10, 2);
    private static final int SCRAM_ITERATIONS = 10_000;

    private final Path file;

    public PasswordFile(Path file) {
        this.file = file;
    }

    /** Whether there is such a user; false where there is no such file. */
    public boolean contains(String user) throws IOException {
        return Files.exists(file) && Passwords.read(file).find(user) != null;
    }

    /**
     * Stores a user's password; others stay as they are.
     *
     * @param mechanisms of SCRAM, for each of which a verifier is stored, too
     * @throws IllegalArgumentException when the name or the password is impossible; the message says why
     */
    public void put(String user, byte[] password, List<String> mechanisms) throws IOException {
        Passwords.checkName(user);
        if (password.length == 0 || password.length > 65_535) {
            throw new IllegalArgumentException("a password has 1 to 65535 bytes");
        }
        List<Verifier> verifiers = new ArrayList<>();
        for (String mechanism : mechanisms) {
            verifiers.add(Verifier.make(mechanism, prepared(password), SCRAM_ITERATIONS));
        }
        List<String> lines = Passwords.lines(user, USUAL.hash(password), verifiers);
        Passwords.change(file, Passwords.replacing(user, lines));
    }

    /** SCRAM clients send what SASLprep makes of a password; for all but odd ones that is Unicode's NFKC. */
    private static byte[] prepared(byte[] password) {
        String text = new String(password, StandardCharsets.UTF_8);
        return Normalizer.normalize(text, Normalizer.Form.NFKC).getBytes(StandardCharsets.UTF_8);
    }

    public void delete(String user) throws IOException {
        Passwords.change(file, Passwords.replacing(user, List.of()));
    }

    /** Whether that is the user's password; false also where there is no such user, or one of SCRAM verifiers alone. */
    public boolean verify(String user, byte[] password) throws IOException {
        Passwords.User found = Passwords.read(file).find(user);
        return found != null && found.hash() != null && found.hash().matches(password);
    }
}
