package io.chasqui.broker.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps TLS up to date with its files. Looks again and again instead of being told: the links that Kubernetes swaps, network
 * file systems and files that are moved into their place are then all the same. Files that cannot be used, or that are only
 * half there, change nothing; they are complained of once, and tried again when they change again. Confined to the thread
 * that calls {@link #look}, which may wait for a disk.
 */
public final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    /** A file that changed so lately may change once more within the same tick of its file system's clock. */
    private static final Duration UNSETTLED = Duration.ofSeconds(2);

    private static final Duration WARN_EVERY = Duration.ofDays(1);

    /** Takes what was read, for all that comes from then on. */
    public interface User {
        /** @throws TlsException when it cannot; nothing has changed then */
        void use(TlsMaterial material) throws TlsException;
    }

    /**
     * What tells one state of a file from another.
     *
     * @param target what the path leads to in the end, through all symbolic links; null where there is no file
     */
    private record Stamp(
            @Nullable Path target,
            long size,
            FileTime modified,
            @Nullable Object fileKey) {
        static Stamp of(Path file) {
            try {
                Path target = file.toRealPath();
                BasicFileAttributes attributes = Files.readAttributes(target, BasicFileAttributes.class);
                return new Stamp(target, attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
            } catch (IOException e) {
                return new Stamp(null, 0, FileTime.fromMillis(0), null);
            }
        }
    }

    private final String listener;
    private final TlsConfig config;
    private final User user;
    private final Clock clock;
    private TlsMaterial current;
    private @Nullable List<Stamp> seen; // null: to be read in any case
    private String complaint = ""; // the last one
    private Instant nextWarning;

    /**
     * @param listener its name, for the log
     * @param first what {@code user} has now
     * @param clock the time of day
     */
    public TlsFiles(String listener, TlsConfig config, TlsMaterial first, User user, Clock clock) {
        this.listener = listener;
        this.config = config;
        this.current = first;
        this.user = user;
        this.clock = clock;
        this.nextWarning = clock.instant();
    }

    /** Reads the files if they are not what they were, and hands over what is new. Never throws. */
    public void look() {
        List<Stamp> now =
                config.files().stream().map(Stamp::of).toList(); // before reading: what changes then is seen next
        if (!now.equals(seen)) {
            try {
                update(TlsMaterial.read(config));
            } catch (TlsException | RuntimeException e) {
                complain(String.valueOf(e.getMessage()));
            }
            seen = isSettled(now) ? now : null;
        }
        warn();
    }

    private void update(TlsMaterial fresh) throws TlsException {
        if (!fresh.sameAs(current)) {
            user.use(fresh);
            current = fresh;
            nextWarning = clock.instant();
            LOG.info("listener \"{}\": TLS files reloaded, the certificate expires {}", listener, fresh.notAfter());
        }
        complaint = "";
    }

    private void complain(String why) {
        if (!why.equals(complaint)) {
            LOG.error(
                    "listener \"{}\": the TLS files have changed and cannot be used, the old stay: {}", listener, why);
        }
        complaint = why;
    }

    private boolean isSettled(List<Stamp> stamps) {
        Instant before = clock.instant().minus(UNSETTLED);
        return stamps.stream().allMatch(stamp -> stamp.modified().toInstant().isBefore(before));
    }

    private void warn() {
        Instant now = clock.instant();
        if (current.expiresSoon(now) && !now.isBefore(nextWarning)) {
            nextWarning = now.plus(WARN_EVERY);
            boolean late = now.isAfter(current.notAfter());
            LOG.warn(
                    "listener \"{}\": the certificate in {} {} {}",
                    listener,
                    current.firstToExpire(),
                    late ? "has expired" : "expires",
                    current.notAfter());
        }
    }
}
