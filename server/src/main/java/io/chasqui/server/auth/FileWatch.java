package io.chasqui.server.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files every two seconds and has those that have changed read again: whole, or not at all. Looks through symbolic
 * links, so that the swaps of Kubernetes are seen. Asking is cheap, and works where the notifications of the operating system
 * do not (network file systems).
 */
final class FileWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
    private static final long EVERY_SECONDS = 2;

    /** Takes a file. */
    interface Reader {
        /** @throws IOException when it cannot be taken; what was taken before stays */
        void read(Path file) throws IOException;
    }

    /** How a file looks from outside. */
    private record Look(
            Path real,
            long modifiedNanos,
            long bytes,
            @Nullable Object key) {}

    private static final class Watched {
        private final Path file;
        private final Reader reader;
        private @Nullable Look last;

        Watched(Path file, Reader reader) {
            this.file = file;
            this.reader = reader;
        }
    }

    private final List<Watched> watched = new ArrayList<>(); // guarded by this
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("file-watch").factory());

    FileWatch() {
        executor.scheduleWithFixedDelay(this::check, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Has the file read now, and again when it changes.
     *
     * @throws IOException when it cannot be read now
     */
    synchronized void add(Path file, Reader reader) throws IOException {
        Watched one = new Watched(file, reader);
        one.last = look(file); // before it is read, so that no change between the two is missed
        reader.read(file);
        watched.add(one);
    }

    /** Looks now. */
    synchronized void check() {
        for (Watched one : watched) {
            Look now = look(one.file);
            if (now == null ? one.last == null : now.equals(one.last)) {
                continue;
            }
            one.last = now;
            try {
                one.reader.read(one.file);
                LOG.info("{} has changed and was read", one.file);
            } catch (IOException | RuntimeException e) {
                LOG.error("{} has changed and cannot be used, what was read before stays: {}", one.file, reason(e));
            }
        }
    }

    private static String reason(Exception e) {
        return e instanceof IOException && e.getMessage() != null ? e.getMessage() : e.toString();
    }

    /** Null where there is no such file. */
    private static @Nullable Look look(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Look(
                    file.toRealPath(),
                    attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                    attributes.size(),
                    attributes.fileKey());
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
