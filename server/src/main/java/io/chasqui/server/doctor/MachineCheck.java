package io.chasqui.server.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether the machine can do what the configuration promises: open files, disk, memory, clock. */
public final class MachineCheck {
    private static final String AREA = "machine";
    private static final int SPARE_FILES = 300; // jars, the store's files, listeners
    private static final int WRITES = 50;
    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int BLOCK_BYTES = 4_096;
    private static final Pattern OPEN_FILES =
            Pattern.compile("(?m)^Max open files\\s+(\\d+|unlimited)\\s+(\\d+|unlimited)");
    private static final Instant RELEASED = Instant.parse("2025-09-16T00:00:00Z"); // of Java 25, which runs us

    private MachineCheck() {}

    /** @param limits of /proc/self/limits; the hard limit counts, for the JVM raises the soft one to it */
    static Finding openFiles(String limits, long connections) {
        Matcher matcher = OPEN_FILES.matcher(limits);
        if (!matcher.find()) {
            return Finding.hint(
                    AREA, "the limit of open files is not known", "see that ulimit -n is above the connections");
        }
        long most = matcher.group(2).equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(matcher.group(2));
        long needed = connections + SPARE_FILES;
        return most >= needed
                ? Finding.ok(
                        AREA,
                        (most == Long.MAX_VALUE ? "any number of" : most) + " open files for " + connections
                                + " connections")
                : Finding.warning(
                        AREA,
                        most + " open files are allowed, and " + connections + " connections need " + needed
                                + ": those beyond are turned away",
                        "ulimit -Hn " + needed + ", LimitNOFILE=" + needed
                                + " in the unit of systemd, or lower limits.max-connections");
    }

    /** @param connections that the configuration allows */
    public static Finding openFiles(long connections) {
        try {
            return openFiles(Files.readString(Path.of("/proc/self/limits")), connections);
        } catch (IOException e) {
            return openFiles("", connections);
        }
    }

    /** Writes and syncs in the directory, or in the nearest one above it that exists; leaves nothing there. */
    public static List<Finding> disk(Path data, long reserveBytes) {
        Path directory = existing(data.toAbsolutePath());
        List<Finding> findings = new ArrayList<>();
        try {
            findings.add(space(directory, Files.getFileStore(directory).getUsableSpace(), reserveBytes));
            findings.add(sync(directory, syncNanos(directory)));
        } catch (IOException e) {
            findings.add(Finding.error(
                    AREA, "cannot write to " + directory + ": " + e.getMessage(), "check its rights, or set data"));
        }
        return findings;
    }

    private static Path existing(Path directory) {
        Path parent = directory.getParent();
        return Files.isDirectory(directory) || parent == null ? directory : existing(parent);
    }

    static Finding space(Path directory, long free, long reserveBytes) {
        String what = (free >> 20) + " MiB are free for " + directory;
        return free < 4 * reserveBytes
                ? Finding.warning(
                        AREA,
                        what + "; below " + (reserveBytes >> 20) + " MiB (store.reserve) messages are refused",
                        "make room, or move data")
                : Finding.ok(AREA, what);
    }

    /** Sorted. */
    private static long[] syncNanos(Path directory) throws IOException {
        Path file = Files.createTempFile(directory, "doctor", ".tmp");
        long[] nanos = new long[WRITES];
        int done = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long start = System.nanoTime();
            for (long last = start; done < WRITES && last - start < PATIENCE_NANOS; done++) {
                channel.write(ByteBuffer.allocate(BLOCK_BYTES));
                channel.force(false);
                long now = System.nanoTime();
                nanos[done] = now - last;
                last = now;
            }
        } finally {
            Files.delete(file);
        }
        long[] measured = Arrays.copyOf(nanos, done);
        Arrays.sort(measured);
        return measured;
    }

    /** @param nanos of each sync, sorted, one or more */
    static Finding sync(Path directory, long[] nanos) {
        double median = nanos[nanos.length / 2] / 1e6;
        String what = String.format(
                Locale.ROOT,
                "a sync of %s takes %.2f ms (median of %d; longest %.2f ms)",
                directory,
                median,
                nanos.length,
                nanos[nanos.length - 1] / 1e6);
        if (median > 100) {
            return Finding.error(AREA, what, "put data on another disk: publishers wait for each sync");
        }
        if (median > 10) {
            return Finding.warning(
                    AREA, what, "an SSD takes 1 ms or less; put data on one if publishers are to wait less");
        }
        if (median < 0.02) {
            return Finding.hint(
                    AREA,
                    what + ", which no disk does",
                    "is it in memory, or a disk that does not sync? Then power that fails takes messages");
        }
        return Finding.ok(AREA, what);
    }

    /** Whether the clock is right cannot be known without another one; that it is wrong can. */
    public static Finding clock(Path data, Instant now) {
        if (now.isBefore(RELEASED)) {
            return Finding.error(
                    AREA, "the clock says " + now + ", before this Java was made", "set it, and run an NTP client");
        }
        Optional<Instant> newest = newest(data);
        return newest.isPresent() && newest.get().isAfter(now.plus(Duration.ofMinutes(1)))
                ? Finding.error(
                        AREA,
                        "the clock says " + now + ", and files in " + data + " are of " + newest.get(),
                        "set it, and run an NTP client; expiry of sessions and messages depends on it")
                : Finding.ok(AREA, "the clock says " + now.truncatedTo(ChronoUnit.SECONDS));
    }

    private static Optional<Instant> newest(Path data) {
        if (!Files.isDirectory(data)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(data)) {
            return files.map(file -> file.toFile().lastModified())
                    .max(Long::compare)
                    .map(Instant::ofEpochMilli);
        } catch (IOException e) {
            return Optional.empty(); // disk() says so
        }
    }

    /**
     * Whether what peers may fill fits into memory.
     *
     * @param worstCase if every limit were filled at once, in bytes, by what holds them
     */
    public static Finding memory(Map<String, Long> worstCase, long heapBytes) {
        Map.Entry<String, Long> largest =
                worstCase.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        double sum = worstCase.values().stream().mapToDouble(Long::doubleValue).sum();
        return sum > heapBytes
                ? Finding.hint(
                        AREA,
                        "if every client filled its limits the broker would need " + roughly(sum) + ", most of it for "
                                + largest.getKey() + ", and the heap may have " + roughly((double) heapBytes),
                        "lower limits.max-sessions and the limits of " + largest.getKey()
                                + " (chasqui config show has them, with the sums) if you do not trust your clients, or"
                                + " give CHASQUI_JAVA_OPTS=-Xmx")
                : Finding.ok(AREA, "all limits filled fit into memory");
    }

    /** Such as 1.5 GiB, in the unit that keeps the number short. */
    static String roughly(double bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1_000 && unit < UNITS.length - 1) {
            amount /= 1_024;
            unit++;
        }
        return amount >= 1_000 ? "more than 1,000 EiB" : String.format(Locale.ROOT, "%.3g %s", amount, UNITS[unit]);
    }
}
