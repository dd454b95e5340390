package io.chasqui.server.auth;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Peer;
import io.chasqui.server.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what matters to security to a file, a line of JSON each, and never to the end of the disk: files of a limited size,
 * and a limited number of them. A thread of its own writes; if it cannot follow, events are lost, and how many is written
 * down. Any thread.
 */
final class AuditLog implements Audit, AutoCloseable {
    static final int QUEUE = 10_000; // events
    static final int LONGEST = 256; // characters of a name
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    private final Path file;
    private final long maxBytes;
    private final int keep;
    private final Clock clock;
    private final ArrayBlockingQueue<String> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong lost = new AtomicLong();
    private final Thread writer;
    private volatile boolean closed;

    // The writer's own.
    private OutputStream out;
    private long bytes;
    private boolean broken; // and logged

    /**
     * @param keep files that were put aside, beside the one that is written
     * @throws IOException when the file cannot be written
     */
    AuditLog(Path file, long maxBytes, int keep, Clock clock) throws IOException {
        this.file = file;
        this.maxBytes = maxBytes;
        this.keep = keep;
        this.clock = clock;
        out = open();
        bytes = Files.size(file);
        writer = Thread.ofPlatform().daemon().name("audit").start(this::write);
    }

    /** It says who uses what: nothing for every user of this machine. */
    private OutputStream open() throws IOException {
        if (!Files.exists(file)
                && Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        }
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    @Override
    public void record(Event event) {
        if (!queue.offer(line(event))) {
            lost.incrementAndGet();
        }
    }

    private String line(Event event) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        switch (event) {
            case Connected _ -> line.put("event", "connected");
            case Refused refused -> {
                line.put("event", "refused");
                line.put("reason", word(refused.reason()));
                line.put("detail", refused.detail());
            }
            case Reauthenticated _ -> line.put("event", "reauthenticated");
            case Disconnected ended -> {
                line.put("event", "disconnected");
                line.put("reason", ended.reason() == null ? null : word(ended.reason()));
            }
            case Denied denied -> {
                line.put("event", denied.enforced() ? "denied" : "would-be-denied");
                line.put("action", word(denied.action()));
                line.put("topic", cut(denied.name()));
                line.put("rule", denied.rule());
            }
            case Fight fight -> {
                line.put("event", "fight");
                line.put("other", fight.other());
            }
        }
        ClientInfo client = event.client();
        line.put("client", cut(client.clientId()));
        line.put("user", client.identity().user());
        line.put("userName", client.userName() == null ? null : cut(client.userName()));
        line.put("method", client.identity().method());
        line.put("address", client.endpoint());
        line.put("listener", client.listener());
        Peer.Certificate certificate = client.peer().certificate();
        line.put("certificate", certificate == null ? null : certificate.subject());
        line.values().removeIf(value -> value == null);
        return Json.of(line);
    }

    /** Of a long name the beginning: whoever sends names of 64 KiB is not to push all that was before out of the files. */
    private static String cut(String name) {
        if (name.length() <= LONGEST) {
            return name;
        }
        int end = Character.isHighSurrogate(name.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return name.substring(0, end) + "...";
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void write() {
        List<String> batch = new ArrayList<>();
        try {
            while (!closed || !queue.isEmpty()) {
                String first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                queue.drainTo(batch, 1_000);
                long missing = lost.getAndSet(0);
                if (missing > 0) {
                    batch.add("{\"time\":\"" + clock.instant() + "\",\"event\":\"lost\",\"count\":" + missing + "}");
                }
                write(batch);
                batch.clear();
            }
            out.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.error("the audit log {} cannot be closed: {}", file, e.toString());
        }
    }

    private void write(List<String> batch) {
        try {
            for (String line : batch) {
                byte[] utf8 = (line + "\n").getBytes(StandardCharsets.UTF_8);
                if (bytes > 0 && bytes + utf8.length > maxBytes) {
                    rotate();
                }
                out.write(utf8);
                bytes += utf8.length;
            }
            out.flush();
            broken = false;
        } catch (IOException e) {
            lost.addAndGet(batch.size());
            if (!broken) {
                broken = true;
                LOG.error("the audit log {} cannot be written: {}", file, e.toString());
            }
        }
    }

    private void rotate() throws IOException {
        out.close();
        for (int i = keep; i > 1; i--) {
            Path younger = aside(i - 1);
            if (Files.exists(younger)) {
                Files.move(younger, aside(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(file, aside(1), StandardCopyOption.REPLACE_EXISTING);
        out = open();
        bytes = 0;
    }

    private Path aside(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    /** Writes what is still waiting, for at most two seconds. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
