package io.chasqui.server.torture;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/**
 * A client that publishes, and keeps the rules of sections 4.3 and 4.4: a window of unacknowledged messages; after a reconnect
 * to the same session first the PUBRELs in the order of their PUBRECs, then the PUBLISH packets in their order with DUP and the
 * same Packet Identifiers. Where the broker has forgotten the session nothing is sent again, for that could make duplicates
 * which nobody but we would be guilty of.
 *
 * <p>Confined to the virtual thread that runs it; {@link #unanswered} is for after its end.
 */
final class Publisher implements Client {
    private static final Duration TICK = Duration.ofMillis(10); // between looks at the source
    private static final Duration STALL = Duration.ofSeconds(20);

    private final Arena arena;
    private final ClientSession session;
    private final Outgoing.Source source;
    private final SplittableRandom random;
    private final boolean wanders; // disconnects at random, not only when the broker is killed

    // Valid for the session.
    private final SequencedMap<Integer, Outgoing> unacknowledged = new LinkedHashMap<>(); // in the order of PUBLISH
    private final SequencedMap<Integer, Outgoing> released = new LinkedHashMap<>(); // PUBREC came; in its order
    private int lastPacketId;

    // Valid for the connection.
    private int window;

    Publisher(Arena arena, ClientSession session, Outgoing.Source source, boolean wanders) {
        this.arena = arena;
        this.session = session;
        this.source = source;
        this.random = arena.random(session.name);
        this.wanders = wanders;
    }

    String name() {
        return session.name;
    }

    /** Messages whose exchange was never finished. */
    int unanswered() {
        return unacknowledged.size() + released.size();
    }

    @Override
    public void run() throws InterruptedException {
        while (!isFinished()) {
            Link link = session.open();
            if (link == null) {
                return;
            }
            try (link) {
                resume(link);
                serve(link);
            } catch (LinkLostException _) {
                // And again.
            }
            if (wanders && !arena.isDraining()) {
                arena.pauseUntilDraining(Duration.ofMillis(random.nextInt(200)));
            }
        }
    }

    private boolean isFinished() {
        return source.isExhausted() && unanswered() == 0;
    }

    private void resume(Link link) {
        ConnAck.Properties granted = link.connAck().properties();
        window = Math.min(arena.settings.window(), granted.receiveMaximum());
        if (!session.resumed()) {
            unacknowledged.values().forEach(Outgoing::abandoned);
            released.values().forEach(Outgoing::abandoned);
            unacknowledged.clear();
            released.clear();
        }
        released.keySet().forEach(packetId -> link.send(new PubRel(packetId))); // MQTT5-4.6.0-4
        unacknowledged.forEach((packetId, message) -> { // MQTT5-4.4.0-1, MQTT5-4.6.0-1
            message.resending();
            write(link, message, packetId, true);
        });
    }

    private void serve(Link link) throws LinkLostException, InterruptedException {
        Duration stay = Duration.ofMillis(random.nextLong(500, 8_000));
        long leaveAt = System.nanoTime() + stay.toNanos();
        long progressAt = System.nanoTime();
        while (!isFinished()) {
            publishWhatFits(link);
            Packet packet = link.next(TICK);
            long now = System.nanoTime();
            if (packet != null) {
                receive(link, packet);
                progressAt = now;
            } else if (unanswered() > 0 && now - progressAt > STALL.toNanos()) {
                return; // a new connection may help
            }
            if (wanders && now > leaveAt && !arena.isDraining()) {
                leave(link);
                return;
            }
        }
        link.send(Disconnect.NORMAL);
        link.flush();
    }

    private void leave(Link link) {
        if (random.nextBoolean()) {
            link.send(Disconnect.NORMAL);
            link.flush();
        }
    }

    private void publishWhatFits(Link link) {
        while (unanswered() < window) {
            Outgoing message = source.next();
            if (message == null) {
                return;
            }
            if (message.qos() == Qos.AT_MOST_ONCE) {
                write(link, message, 0, false);
            } else {
                int packetId = freePacketId();
                unacknowledged.put(packetId, message);
                write(link, message, packetId, false);
            }
        }
    }

    private int freePacketId() {
        do {
            lastPacketId = lastPacketId % 65_535 + 1;
        } while (unacknowledged.containsKey(lastPacketId) || released.containsKey(lastPacketId));
        return lastPacketId;
    }

    private static void write(Link link, Outgoing message, int packetId, boolean dup) {
        link.send(new Publish(dup, message.qos(), message.retain(), message.topic(), packetId, message.payload()));
    }

    private void receive(Link link, Packet packet) {
        switch (packet) {
            case PubAck ack
            when is(ack.packetId(), Qos.AT_LEAST_ONCE) -> {
                Outgoing message = unacknowledged.remove(ack.packetId());
                answer(message, ack.reason());
                if (!ack.reason().isError()) {
                    message.settled();
                }
            }
            case PubRec rec
            when is(rec.packetId(), Qos.EXACTLY_ONCE) -> {
                Outgoing message = unacknowledged.remove(rec.packetId());
                answer(message, rec.reason());
                if (!rec.reason().isError()) {
                    released.put(rec.packetId(), message);
                    link.send(new PubRel(rec.packetId()));
                }
            }
            case PubRec rec when released.containsKey(rec.packetId()) -> link.send(new PubRel(rec.packetId()));
            case PubRec rec -> link.send(unknown(rec.packetId()));
            case PubComp comp -> {
                Outgoing message = released.remove(comp.packetId());
                if (message != null) {
                    message.settled();
                }
            }
            default -> {} // an acknowledgement of what a lost session had, or the DISCONNECT before the end
        }
    }

    private boolean is(int packetId, Qos qos) {
        Outgoing message = unacknowledged.get(packetId);
        return message != null && message.qos() == qos;
    }

    private static void answer(Outgoing message, ReasonCode reason) {
        if (reason.isError()) {
            message.refused(reason);
        } else {
            message.acknowledged();
        }
    }

    private PubRel unknown(int packetId) {
        return session.version == MqttVersion.V5
                ? new PubRel(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)
                : new PubRel(packetId);
    }
}
