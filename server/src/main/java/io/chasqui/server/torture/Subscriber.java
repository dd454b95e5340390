package io.chasqui.server.torture;

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
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that receives, and keeps the rules of section 4.3: the Packet Identifiers of QoS 2 messages are kept from PUBLISH
 * to PUBREL, over connections, for as long as the broker has the session. Confined to the virtual thread that runs it, but
 * {@link #awaitReady}.
 */
final class Subscriber implements Client {
    /** How a subscriber lives. */
    enum Habit {
        /** Is there whenever the broker is. */
        STEADY,
        /** Is away as long as it is there, and disconnects at random. */
        WANDERS,
        /** As WANDERS, and subscribes and unsubscribes at random. */
        CHANGES_ITS_MIND
    }

    /** Whom the messages are for. */
    interface Sink {
        void received(String topic, byte[] payload, Qos qos, boolean dup);
    }

    /** A Topic Filter that is subscribed to, or not, or on its way there. */
    private static final class Wish {
        final String filter;
        final Qos qos;
        boolean wanted;
        boolean settled; // acknowledged as it is wanted

        Wish(String filter, Qos qos, boolean wanted) {
            this.filter = filter;
            this.qos = qos;
            this.wanted = wanted;
            this.settled = !wanted;
        }
    }

    private static final Duration TICK = Duration.ofMillis(200);
    private static final int LEAVES_IN_MID_REQUEST_ONCE_IN = 10;

    private final Arena arena;
    private final ClientSession session;
    private final Receiver receiver;
    private final Sink sink;
    private final Habit habit;
    private final SplittableRandom random;
    private final CountDownLatch ready = new CountDownLatch(1);

    // Valid for the session.
    private final List<Wish> wishes;
    private final Map<Integer, Integer> unreleased = new HashMap<>(); // Packet Identifiers to hashes of their messages

    // Valid for the connection.
    private final Map<Integer, Wish> requests =
            new HashMap<>(); // SUBSCRIBE and UNSUBSCRIBE under way, by Packet Identifier
    private int lastPacketId;
    private long changeAt;

    /** @param filters that do not overlap */
    Subscriber(
            Arena arena,
            ClientSession session,
            Receiver receiver,
            @Nullable Sink sink,
            List<String> filters,
            Qos qos,
            Habit habit) {
        this.arena = arena;
        this.session = session;
        this.receiver = receiver;
        this.sink = sink != null
                ? sink
                : (topic, payload, delivered, dup) -> arena.ledger.received(receiver, topic, payload, delivered, dup);
        this.habit = habit;
        this.random = arena.random(session.name);
        this.wishes = filters.stream()
                .map(filter -> new Wish(filter, qos, habit != Habit.CHANGES_ITS_MIND || random.nextBoolean()))
                .toList();
    }

    /** Waits until all subscriptions have been acknowledged for the first time. Any thread. */
    boolean awaitReady(Duration timeout) throws InterruptedException {
        return ready.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() throws InterruptedException {
        while (!arena.isOver()) {
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
            if (habit != Habit.STEADY) {
                arena.pauseUntilDraining(Duration.ofMillis(random.nextLong(2_000)));
            }
        }
    }

    private void resume(Link link) {
        requests.clear();
        if (!session.resumed()) {
            unreleased.clear();
            arena.ledger.sessionLost(receiver);
            wishes.forEach(wish -> wish.settled = !wish.wanted);
        }
        wishes.stream().filter(wish -> !wish.settled).forEach(wish -> request(link, wish));
    }

    private void serve(Link link) throws LinkLostException, InterruptedException {
        long leaveAt =
                System.nanoTime() + Duration.ofMillis(random.nextLong(2_000)).toNanos();
        while (!arena.isOver()) {
            Packet packet = link.next(TICK);
            if (packet != null) {
                receive(link, packet);
            }
            if (arena.isDraining()) {
                continue;
            }
            long now = System.nanoTime();
            if (habit == Habit.CHANGES_ITS_MIND && now > changeAt) {
                changeAt = now + Duration.ofMillis(random.nextLong(1_000)).toNanos();
                change(link);
            }
            boolean mayLeave = requests.isEmpty() || random.nextInt(LEAVES_IN_MID_REQUEST_ONCE_IN) == 0;
            if (habit != Habit.STEADY && now > leaveAt && mayLeave) {
                if (random.nextBoolean()) {
                    link.send(Disconnect.NORMAL);
                    link.flush();
                }
                return;
            }
        }
    }

    private void change(Link link) {
        Wish wish = wishes.get(random.nextInt(wishes.size()));
        if (wish.settled && requests.isEmpty()) {
            wish.wanted = !wish.wanted;
            wish.settled = false;
            request(link, wish);
        }
    }

    private void request(Link link, Wish wish) {
        lastPacketId = lastPacketId % 65_535 + 1;
        requests.put(lastPacketId, wish);
        if (wish.wanted) {
            arena.ledger.subscribing(receiver, wish.filter);
            SubscriptionOptions options = new SubscriptionOptions(wish.qos);
            link.send(new Subscribe(lastPacketId, List.of(new Subscribe.Entry(wish.filter, options))));
        } else {
            arena.ledger.unsubscribing(receiver, wish.filter);
            link.send(new Unsubscribe(lastPacketId, List.of(wish.filter)));
        }
    }

    private void receive(Link link, Packet packet) {
        switch (packet) {
            case Publish publish -> receive(link, publish);
            case PubRel rel -> {
                boolean known = unreleased.remove(rel.packetId()) != null;
                link.send(pubComp(rel.packetId(), known));
            }
            case SubAck ack -> answered(ack.packetId(), ack.reasons());
            case UnsubAck ack -> answered(ack.packetId(), ack.reasons());
            default -> {} // the DISCONNECT before the end
        }
    }

    private void receive(Link link, Publish publish) {
        switch (publish.qos()) {
            case AT_MOST_ONCE -> deliver(publish);
            case AT_LEAST_ONCE -> {
                deliver(publish);
                link.send(new PubAck(publish.packetId()));
            }
            case EXACTLY_ONCE -> {
                int hash = Arrays.hashCode(publish.payload());
                Integer known = unreleased.putIfAbsent(publish.packetId(), hash);
                if (known == null) {
                    deliver(publish);
                } else if (known != hash) { // MQTT5-4.3.3-10 makes us take it for a repetition, so it is lost
                    arena.faults.add(
                            Fault.IDENTIFIER_REUSED,
                            receiver.name + ": Packet Identifier " + publish.packetId() + " on " + publish.topic());
                }
                link.send(new PubRec(publish.packetId()));
            }
        }
    }

    private void deliver(Publish publish) {
        sink.received(publish.topic().name(), publish.payload(), publish.qos(), publish.dup());
    }

    private void answered(int packetId, List<ReasonCode> reasons) {
        Wish wish = requests.remove(packetId);
        if (wish == null) {
            return;
        }
        wish.settled = true;
        ReasonCode reason = reasons.isEmpty() ? ReasonCode.SUCCESS : reasons.getFirst(); // UNSUBACK of 3.1.1 says none
        if (!reason.isError()) {
            if (wish.wanted) {
                arena.ledger.subscribed(receiver, wish.filter, Qos.of(reason.code()));
            } else {
                arena.ledger.unsubscribed(receiver, wish.filter);
            }
        }
        if (wishes.stream().allMatch(each -> each.settled)) {
            ready.countDown();
        }
    }

    private PubComp pubComp(int packetId, boolean known) {
        return known || session.version != MqttVersion.V5
                ? new PubComp(packetId)
                : new PubComp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
    }
}
