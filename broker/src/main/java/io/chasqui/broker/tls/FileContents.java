package io.chasqui.broker.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was in all files of one listener at about one moment: each is read once, so that nobody sees two versions of one. */
final class FileContents {
    /** A longer one is refused: a revocation list of a large CA has some MiB. */
    static final int MAX_BYTES = 64 << 20;

    private final Map<Path, byte[]> contents = new LinkedHashMap<>();
    private final String digest;

    private FileContents(Iterable<Path> files) throws TlsException {
        MessageDigest all = sha256();
        for (Path file : files) {
            byte[] content = read(file);
            contents.put(file, content);
            all.update(sha256().digest(content));
        }
        digest = HexFormat.of().formatHex(all.digest());
    }

    static FileContents read(Iterable<Path> files) throws TlsException {
        return new FileContents(files);
    }

    private static byte[] read(Path file) throws TlsException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new TlsException(file, "more than 64 MiB");
            }
            return content;
        } catch (TlsException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new TlsException(file, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new TlsException(file, "this process may not read it", e);
        } catch (IOException e) {
            throw new TlsException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    byte[] of(Path file) throws TlsException {
        byte[] content = contents.get(file);
        if (content == null) {
            throw new IllegalStateException(file + " was not read");
        }
        return content;
    }

    /** The same for the same contents, and for no others. */
    String digest() {
        return digest;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
