package io.chasqui.broker.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix domain socket. It gets its permissions before it gets its name, so that nobody slips in between, and
 * takes the place of one that a dead process has left behind. Any thread that may wait.
 */
final class UnixSocket {
    private final Path path;
    private final Path unfinished;
    private final Set<PosixFilePermission> permissions;
    private @Nullable Object fileKey; // of the file that we made

    UnixSocket(Door.UnixSocket door) {
        this.path = door.path().toAbsolutePath();
        this.unfinished = path.resolveSibling("." + path.getFileName() + "+");
        this.permissions = permissions(door.permissions());
    }

    /** @param octal such as {@code 660} */
    private static Set<PosixFilePermission> permissions(String octal) {
        int bits = Integer.parseInt(octal, 8);
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] fromTheTop =
                PosixFilePermission.values(); // owner's read, write, execute, the group's ...
        for (int i = 0; i < fromTheTop.length; i++) {
            if ((bits >> fromTheTop.length - 1 - i & 1) != 0) {
                permissions.add(fromTheTop[i]);
            }
        }
        return permissions;
    }

    /**
     * Makes room for the file.
     *
     * @return where to bind
     * @throws IOException when somebody listens there, or it is no socket
     */
    Path prepare() throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isOther()) {
                throw new IOException("the file is there already and is no socket");
            }
            if (isAlive()) {
                throw new IOException("address already in use");
            }
        }
        Files.deleteIfExists(unfinished);
        return unfinished;
    }

    private boolean isAlive() throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        } catch (ConnectException e) {
            return false;
        }
    }

    /** It is bound: from now on clients find it. */
    void publish() throws IOException {
        Files.setPosixFilePermissions(unfinished, permissions);
        fileKey = fileKey(unfinished);
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Takes the file away, if it is still ours. */
    void remove() throws IOException {
        if (fileKey != null
                && Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && Objects.equals(fileKey(path), fileKey)) {
            Files.delete(path);
        }
    }

    private static @Nullable Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }
}
