package io.chasqui.server.torture;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Subscribes to all retained topics, as a new client each time, and tells the ledger what it saw. During the rounds it takes
 * glances, which show what should not be there; what is missing only the last look shows, when there is time to wait for it.
 * Confined to its thread.
 */
final class RetainedReader implements Client {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(700);
    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final Arena arena;
    private final MqttVersion version;
    private int looks;

    RetainedReader(Arena arena, MqttVersion version) {
        this.arena = arena;
        this.version = version;
    }

    @Override
    public void run() throws InterruptedException {
        while (!arena.isDraining()) {
            look(GLANCE, false);
            arena.pauseUntilDraining(BETWEEN_LOOKS);
        }
    }

    /** The last look. */
    void look() throws InterruptedException {
        look(arena.settings.patience(), true);
    }

    /**
     * @param quiet after this time without a retained message it ends
     * @param patient whether all have been seen then
     */
    private void look(Duration quiet, boolean patient) throws InterruptedException {
        long from = arena.retained.lookBegins();
        Map<Integer, Integer> seen = new HashMap<>();
        boolean complete = false;
        String clientId = arena.clientId("retained-" + looks++);
        try (Link link = arena.dial(Connect.of(version, clientId, true, Link.KEEP_ALIVE_SECONDS))) {
            SubscriptionOptions options = new SubscriptionOptions(Qos.AT_LEAST_ONCE);
            link.send(new Subscribe(1, List.of(new Subscribe.Entry(arena.topic("retained/+"), options))));
            complete = read(link, seen, quiet);
        } catch (LinkLostException _) {
            // What was seen counts.
        }
        arena.retained.looked(from, seen, complete && patient);
    }

    /** @return whether the subscription was made and all was seen */
    private boolean read(Link link, Map<Integer, Integer> seen, Duration quiet)
            throws LinkLostException, InterruptedException {
        boolean subscribed = false;
        long quietAt = System.nanoTime() + quiet.toNanos();
        while (System.nanoTime() < quietAt) {
            Packet packet = link.next(Duration.ofNanos(Math.max(0, quietAt - System.nanoTime())));
            switch (packet) {
                case Publish publish -> {
                    if (publish.retain()) {
                        note(publish, seen);
                        quietAt = System.nanoTime() + quiet.toNanos();
                    }
                    acknowledge(link, publish);
                }
                case PubRel rel -> link.send(new PubComp(rel.packetId()));
                case SubAck ack -> subscribed = !ack.reasons().getFirst().isError();
                case null, default -> {}
            }
        }
        return subscribed;
    }

    private static void acknowledge(Link link, Publish publish) {
        switch (publish.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> link.send(new PubAck(publish.packetId()));
            case EXACTLY_ONCE -> link.send(new PubRec(publish.packetId()));
        }
    }

    private void note(Publish publish, Map<Integer, Integer> seen) {
        Stamp stamp = Stamp.read(arena.run, publish.payload());
        if (stamp == null || !RetainedSource.topic(arena, stamp.lane()).equals(publish.topic())) {
            arena.faults.add(
                    Fault.CORRUPTED,
                    "a retained message of " + publish.payload().length + " bytes on " + publish.topic());
        } else {
            seen.put(stamp.lane(), stamp.sequence());
        }
    }
}
