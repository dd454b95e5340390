package io.chasqui.broker;

import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.loop.Timer;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.routing.Fate;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The {@code $SYS} topics: figures of the broker as retained messages, under Mosquitto's names where it has such, published
 * when they have changed. Confined to the first loop.
 */
final class SysTopics {
    private static final String PREFIX = "$SYS/broker/";

    private final Core core;
    private final Statistics statistics;
    private final Supplier<Map<String, Instant>> certificateExpiries; // by listener
    private final LongSupplier directBytes;
    private final long intervalNanos;
    private final long startNanos;
    private final Load load = new Load();
    private final Map<String, String> published = new HashMap<>();
    private int mostConnections;

    SysTopics(
            Engine engine,
            Statistics statistics,
            Supplier<Map<String, Instant>> certificateExpiries,
            LongSupplier directBytes,
            Duration interval) {
        this.core = engine.cores().getFirst();
        this.statistics = statistics;
        this.certificateExpiries = certificateExpiries;
        this.directBytes = directBytes;
        this.intervalNanos = interval.toNanos();
        this.startNanos = core.loop().nanoTime();
    }

    void start() {
        core.loop().execute(() -> {
            publish("version", "chasqui version " + BuildInfo.version());
            tick();
        });
    }

    private final class Tick extends Timer {
        @Override
        protected void onTime() {
            tick();
        }
    }

    private void tick() {
        statistics
                .take()
                .thenAccept(figures -> core.loop().execute(() -> {
                    publish(figures);
                    core.loop().timers().set(new Tick(), intervalNanos);
                }));
    }

    private void publish(Statistics.Figures figures) {
        Counters counters = figures.counters();
        long seconds = (core.loop().nanoTime() - startNanos) / 1_000_000_000L;
        mostConnections = Math.max(mostConnections, counters.connections);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("uptime", seconds + " seconds");
        values.put("clients/connected", counters.connections);
        values.put("clients/active", counters.connections); // Mosquitto's old name
        values.put("clients/disconnected", counters.sessions - counters.connections);
        values.put("clients/inactive", counters.sessions - counters.connections); // Mosquitto's old name
        values.put("clients/total", counters.sessions);
        values.put("clients/maximum", mostConnections);
        values.put("clients/expired", counters.sessionsExpired);
        values.put("clients/taken-over", counters.sessionsTakenOver);
        values.put("messages/received", counters.packetsReceived);
        values.put("messages/sent", counters.packetsSent);
        values.put("publish/messages/received", counters.publishReceived);
        values.put("publish/messages/sent", counters.publishSent);
        values.put("publish/messages/dropped", figures.dropped());
        values.put("publish/bytes/received", counters.publishBytesReceived);
        values.put("publish/bytes/sent", counters.publishBytesSent);
        values.put("bytes/received", counters.bytesReceived);
        values.put("bytes/sent", counters.bytesSent);
        values.put("subscriptions/count", counters.subscriptions);
        values.put("shared_subscriptions/count", counters.sharedSubscriptions);
        values.put("retained messages/count", figures.retainedMessages());
        values.put("messages/stored", figures.retainedMessages() + counters.queuedMessages + counters.inFlight);
        values.put("store/messages/count", figures.retainedMessages() + counters.queuedMessages + counters.inFlight);
        values.put("store/messages/bytes", figures.retainedBytes() + counters.queuedBytes);
        values.put("connections/bytes", counters.connectionBytes);
        values.put("connections/evicted", counters.connectionsEvicted);
        values.put("connections/busy", counters.connectionsBusy);
        values.put("connections/ended/no-connect-in-time", counters.connectionsLate);
        for (int code = 0; code < counters.connectionsEnded.length; code++) {
            ReasonCode reason = ReasonCode.of(code);
            if (counters.connectionsEnded[code] > 0 && reason != null) {
                values.put("connections/ended/" + label(reason), counters.connectionsEnded[code]);
            }
        }
        values.put("tls/handshakes", counters.tlsHandshakes);
        values.put("tls/handshakes/failed", counters.tlsHandshakesFailed);
        Instant now = Instant.ofEpochMilli(core.loop().wallMillis());
        certificateExpiries
                .get()
                .forEach((listener, expiry) -> values.put(
                        "listeners/" + listener + "/certificate/days",
                        Duration.between(now, expiry).toDays()));
        Runtime runtime = Runtime.getRuntime();
        values.put("heap/current", runtime.totalMemory() - runtime.freeMemory());
        values.put("heap/maximum", runtime.maxMemory());
        values.put("direct/current", directBytes.getAsLong());
        for (Fate fate : Fate.values()) {
            values.put("fates/" + fate.label(), figures.fates().getOrDefault(fate, 0L));
        }
        values.putAll(load.update(core.loop().nanoTime(), figures));
        values.forEach((name, value) -> publish(name, String.valueOf(value)));
    }

    private static String label(ReasonCode reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void publish(String name, String value) {
        if (value.equals(published.put(name, value))) {
            return; // it is retained
        }
        core.sessions()
                .publish(new Message(
                        TopicName.of(PREFIX + name),
                        value.getBytes(StandardCharsets.UTF_8),
                        Qos.AT_MOST_ONCE,
                        true,
                        PublishProperties.NONE,
                        "",
                        Message.NEVER));
    }

    /** As {@code %.2f}, which would load the number formats of all languages at each start. */
    private static String hundredths(double number) {
        return BigDecimal.valueOf(number).setScale(2, RoundingMode.HALF_UP).toPlainString();
    }

    /** Averages a minute over the last one, five and fifteen minutes, as of a Unix load: exponentially weighted. */
    private static final class Load {
        private static final int[] MINUTES = {1, 5, 15};
        private final Map<String, Long> last = new HashMap<>();
        private final Map<String, double[]> averages = new LinkedHashMap<>();
        private long lastNanos;

        Map<String, String> update(long nowNanos, Statistics.Figures figures) {
            Counters counters = figures.counters();
            double minutes = lastNanos == 0 ? 0 : (nowNanos - lastNanos) / 60e9;
            lastNanos = nowNanos;
            Map<String, String> values = new LinkedHashMap<>();
            add(values, "connections", counters.connectionsAccepted, minutes);
            add(values, "taken-over", counters.sessionsTakenOver, minutes);
            add(values, "sockets", counters.connectionsAccepted, minutes);
            add(values, "messages/received", counters.packetsReceived, minutes);
            add(values, "messages/sent", counters.packetsSent, minutes);
            add(values, "publish/received", counters.publishReceived, minutes);
            add(values, "publish/sent", counters.publishSent, minutes);
            add(values, "publish/dropped", figures.dropped(), minutes);
            add(values, "bytes/received", counters.bytesReceived, minutes);
            add(values, "bytes/sent", counters.bytesSent, minutes);
            return values;
        }

        private void add(Map<String, String> values, String name, long total, double minutes) {
            Long before = last.put(name, total);
            double[] average = averages.computeIfAbsent(name, _ -> new double[MINUTES.length]);
            for (int i = 0; i < MINUTES.length; i++) {
                if (before != null && minutes > 0) {
                    double weight = Math.exp(-minutes / MINUTES[i]);
                    average[i] = average[i] * weight + (total - before) / minutes * (1 - weight);
                }
                values.put("load/" + name + "/" + MINUTES[i] + "min", hundredths(average[i]));
            }
        }
    }
}
