package io.chasqui.broker.connection;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription of the embedding program: a client with a session like any other, whose other end is no socket but a callback.
 * So QoS, limits, queue, shared subscriptions, retained messages and fates are those of every client.
 *
 * <p>What has come is handed to a virtual thread a batch at a time, and acknowledged when that has run. While
 * {@link #ROOM} messages wait for it, the others wait in the session. Confined to its loop but for {@link #handle} and {@link #close}.
 */
public final class Insider implements Wire, AutoCloseable {
    /** Messages that wait for the callback, at the most; more wait in the session. */
    static final int ROOM = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(Insider.class);
    private static final int PACKET_ID = 1; // of SUBSCRIBE, the only one

    private final Core core;
    private final String filter;
    private final Qos qos;
    private final Consumer<Message> callback;
    private final CompletableFuture<Insider> subscribed = new CompletableFuture<>();
    private volatile boolean closed; // no call begins any more

    private @Nullable Connection connection;
    private List<Arrival> arrived = new ArrayList<>();
    private int atCallback; // messages
    private boolean departing; // arrived will leave at the end of this turn
    private boolean full; // the connection was told so, and waits

    /** @param packetId 0 at QoS 0 */
    private record Arrival(Message message, Qos qos, int packetId) {}

    private Insider(Core core, String filter, Qos qos, Consumer<Message> callback) {
        this.core = core;
        this.filter = filter;
        this.qos = qos;
        this.callback = callback;
    }

    /**
     * Subscribes. Any thread.
     *
     * @param callback called on virtual threads, one message at a time, in their order; may block
     * @return done when the subscription is made, on the loop; fails with an IllegalArgumentException that names the Reason Code
     */
    public static CompletableFuture<Insider> subscribe(Core core, String filter, Qos qos, Consumer<Message> callback) {
        Insider insider = new Insider(core, filter, qos, callback);
        core.loop().execute(insider::connect);
        return insider.subscribed;
    }

    private void connect() {
        if (core.isStopping()) {
            fail(ReasonCode.SERVER_SHUTTING_DOWN, null);
            return;
        }
        connection = core.openInside(Connect.of(MqttVersion.V5, "", true, 0), this);
        connection.pause(); // for ever: it has no Keep Alive to hold to
    }

    @Override
    public boolean write(Packet packet) {
        switch (packet) {
            case ConnAck ack
            when ack.reason().isError() -> fail(ack.reason(), ack.properties().reasonString());
            case ConnAck _ ->
                soon(() -> to(
                        new Subscribe(PACKET_ID, List.of(new Subscribe.Entry(filter, new SubscriptionOptions(qos))))));
            case SubAck ack
            when ack.reasons().getFirst().isError() -> {
                fail(ack.reasons().getFirst(), ack.properties().reasonString());
                close();
            }
            case SubAck _ -> subscribed.complete(this);
            case PubRel release -> soon(() -> to(new PubComp(release.packetId())));
            default -> {} // DISCONNECT: close follows
        }
        return true;
    }

    private void fail(ReasonCode reason, @Nullable String detail) {
        subscribed.completeExceptionally(new IllegalArgumentException(
                "cannot subscribe to " + filter + ": " + reason + (detail == null ? "" : ", " + detail)));
    }

    @Override
    public void publish(
            Message message,
            boolean dup,
            Qos deliveredQos,
            boolean retain,
            TopicName topic,
            int packetId,
            long expirySeconds,
            int topicAlias,
            int[] subscriptionIds) {
        arrived.add(new Arrival(message.asDelivered(deliveredQos, retain), deliveredQos, packetId));
        if (atCallback == 0 && !departing) {
            departing = true;
            core.loop().atEndOfTurn(this::depart);
        }
    }

    private void depart() {
        departing = false;
        if (atCallback > 0 || arrived.isEmpty()) {
            return;
        }
        List<Arrival> batch = arrived;
        arrived = new ArrayList<>();
        atCallback = batch.size();
        Thread.ofVirtual().name("chasqui-subscription").start(() -> handle(batch));
    }

    /** On a virtual thread. */
    private void handle(List<Arrival> batch) {
        boolean[] taken = new boolean[batch.size()];
        for (int i = 0; i < taken.length && !closed; i++) {
            try {
                callback.accept(batch.get(i).message);
                taken[i] = true;
            } catch (Throwable e) { // not our code
                LOG.error("the callback for {} has failed", filter, e);
            }
        }
        soon(() -> onHandled(batch, taken));
    }

    private void onHandled(List<Arrival> batch, boolean[] taken) {
        atCallback = 0;
        for (int i = 0; i < taken.length && !closed; i++) {
            int packetId = batch.get(i).packetId;
            ReasonCode reason = taken[i] ? ReasonCode.SUCCESS : ReasonCode.UNSPECIFIED_ERROR;
            switch (batch.get(i).qos) {
                case AT_MOST_ONCE -> {}
                case AT_LEAST_ONCE -> to(new PubAck(packetId, reason));
                case EXACTLY_ONCE -> to(new PubRec(packetId, reason));
            }
        }
        depart();
        if (full && connection != null && isWritable()) {
            connection.onWritable();
        }
    }

    private void to(Packet packet) {
        try {
            if (connection != null && !connection.isClosed()) {
                connection.onPacket(packet);
            }
        } catch (ProtocolException e) {
            throw new IllegalStateException(e); // we know the protocol
        }
    }

    private void soon(Runnable task) {
        try {
            core.loop().execute(task);
        } catch (RejectedExecutionException _) {
            // the broker is closed, and nobody waits for this
        }
    }

    @Override
    public boolean isWritable() {
        full = arrived.size() + atCallback >= ROOM;
        return !full;
    }

    @Override
    public long unsentBytes() {
        return 0;
    }

    @Override
    public void pauseReading() {
        // nothing is read
    }

    @Override
    public void resumeReading() {
        // nothing is read
    }

    /** Ends the subscription: no call begins any more. Idempotent; any thread. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            soon(() -> {
                fail(ReasonCode.SERVER_SHUTTING_DOWN, null); // if it still waits
                if (connection != null) {
                    connection.onClosed();
                }
            });
        }
    }
}
