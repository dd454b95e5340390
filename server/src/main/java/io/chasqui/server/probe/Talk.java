package io.chasqui.server.probe;

import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Network;
import io.chasqui.client.transport.Sockets;
import io.chasqui.client.transport.Wire;
import io.chasqui.client.transport.WireListener;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One connection, for one thread that sends packets and waits for the answers. Acknowledges what it is sent by itself, also
 * the middle of QoS 2. What comes is kept until it is asked for, {@value #MOST_KEPT} packets at the most: a broker that sends
 * more is disconnected.
 */
public final class Talk implements WireListener, AutoCloseable {
    static final int MOST_KEPT = 10_000;

    private final Network network;
    private final EventThread thread;
    private final Target target;
    private final Connect connect;
    private final Duration patience;
    private final ArrayDeque<Heard> heard = new ArrayDeque<>(); // guarded by this
    private @Nullable TalkException end; // guarded by this; nothing more will come
    private @Nullable ConnAck connAck; // guarded by this
    private @Nullable Wire wire; // confined to the event thread, as is leaving
    private boolean leaving;

    /** @param nanos when it came, of {@link System#nanoTime} */
    private record Heard(Packet packet, long nanos) {}

    /** A packet, and when it came, of {@link System#nanoTime}. */
    public record Answer<P extends Packet>(P packet, long nanos) {}

    private Talk(Network network, Target target, Connect connect, Duration patience) {
        this.network = network;
        this.thread = network.thread();
        this.target = target;
        this.connect = connect;
        this.patience = patience;
    }

    /**
     * Connects.
     *
     * @param patience for each answer, here and later
     * @throws TalkException when there is no connection, or the broker says no: then with its CONNACK
     */
    public static Talk open(Target target, Connect connect, Duration patience)
            throws TalkException, InterruptedException {
        Network network = Sockets.acquire();
        Talk talk = new Talk(network, target, connect, patience);
        try {
            network.dial(talk.thread, target.endpoint(), connect.version(), Connect.NO_LIMIT, talk);
            ConnAck answer = talk.await(ConnAck.class).packet();
            if (answer.reason().isError()) {
                throw new TalkException(
                        target + " refuses: "
                                + said(answer.reason(), answer.properties().reasonString()),
                        answer);
            }
            return talk;
        } catch (TalkException | InterruptedException | RuntimeException e) {
            talk.close();
            throw e;
        }
    }

    /** What the broker granted. */
    public synchronized ConnAck connAck() {
        if (connAck == null) {
            throw new IllegalStateException("not connected");
        }
        return connAck;
    }

    /** Sends, and returns when that was, of {@link System#nanoTime}. */
    public long send(Packet packet) throws TalkException {
        CompletableFuture<Long> sent = new CompletableFuture<>();
        thread.execute(() -> {
            Wire out = wire;
            if (out == null) {
                sent.complete(0L);
                return;
            }
            long now = thread.nanoTime();
            sent.complete(out.write(packet) ? now : -1L);
        });
        long nanos = sent.join();
        if (nanos == -1L) {
            throw new TalkException(target + " takes packets of " + limit() + " bytes at the most", null);
        }
        return nanos;
    }

    private long limit() {
        return connAck().properties().maximumPacketSize();
    }

    /** Waits for the next packet of a kind; those before it are forgotten. */
    public <P extends Packet> Answer<P> await(Class<P> kind) throws TalkException, InterruptedException {
        return await(kind, _ -> true, patience);
    }

    /**
     * Waits for the next packet of a kind that fits; those before it are forgotten.
     *
     * @throws TalkException when none comes within {@code limit}, or the connection ends
     */
    public <P extends Packet> Answer<P> await(Class<P> kind, Predicate<P> fits, Duration limit)
            throws TalkException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Heard next = next(deadline);
            if (next == null) {
                throw new TalkException(
                        target + " sent no " + kind.getSimpleName().toUpperCase(Locale.ROOT) + " within "
                                + limit.toMillis() + " ms",
                        null);
            }
            if (kind.isInstance(next.packet) && fits.test(kind.cast(next.packet))) {
                return new Answer<>(kind.cast(next.packet), next.nanos);
            }
        }
    }

    private synchronized @Nullable Heard next(long deadline) throws TalkException, InterruptedException {
        while (heard.isEmpty()) {
            if (end != null) {
                throw end;
            }
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return null;
            }
            wait(millis);
        }
        return heard.removeFirst();
    }

    @Override
    public void onOpen(Wire newWire) {
        wire = newWire;
        if (leaving) {
            newWire.close();
        } else {
            newWire.write(connect);
        }
    }

    @Override
    public void onPacket(Packet packet) {
        long now = thread.nanoTime();
        Wire out = wire;
        if (out == null) {
            return;
        }
        if (packet instanceof Publish publish) {
            switch (publish.qos()) {
                case AT_MOST_ONCE -> {}
                case AT_LEAST_ONCE -> out.write(new PubAck(publish.packetId(), ReasonCode.SUCCESS));
                case EXACTLY_ONCE -> out.write(new PubRec(publish.packetId(), ReasonCode.SUCCESS));
            }
        } else if (packet instanceof PubRel release) {
            out.write(new PubComp(release.packetId(), ReasonCode.SUCCESS));
        } else if (packet instanceof PubRec received && !received.reason().isError()) {
            out.write(new PubRel(received.packetId(), ReasonCode.SUCCESS));
        } else if (packet instanceof ConnAck answer) {
            out.maximumPacketSize(answer.properties().maximumPacketSize());
        }
        if (!keep(packet, now)) {
            out.abort(new IllegalStateException("more than " + MOST_KEPT + " packets that nobody asked for"));
        }
    }

    private synchronized boolean keep(Packet packet, long now) {
        if (packet instanceof ConnAck answer) {
            connAck = answer;
        }
        if (packet instanceof Disconnect disconnect && end == null) {
            end = new TalkException(
                    target + " has disconnected us: " + said(disconnect.reason(), disconnect.reasonString()), null);
        } else if (heard.size() >= MOST_KEPT) {
            return false;
        } else {
            heard.add(new Heard(packet, now));
        }
        notifyAll();
        return true;
    }

    /** A Reason Code as people read it, with what the broker adds. */
    static String said(ReasonCode reason, @Nullable String more) {
        String text = reason.name().replace('_', ' ').toLowerCase(Locale.ROOT);
        return text + " (0x%02x)".formatted(reason.code()) + (more == null ? "" : ", " + more);
    }

    @Override
    public void onReceived() {}

    @Override
    public void onWritable() {}

    @Override
    public void onFault(ProtocolException fault) {
        over(new TalkException(target + " breaks the standard: " + fault.getMessage(), null));
        if (wire != null) {
            wire.close();
        }
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        boolean opened = wire != null;
        wire = null;
        String why = Target.reason(cause);
        over(new TalkException(
                opened ? target + " has closed the connection" + why : "cannot connect to " + target + why, null));
    }

    private synchronized void over(TalkException why) {
        if (end == null) {
            end = why;
        }
        notifyAll();
    }

    /** Says goodbye, and ends the session. */
    @Override
    public void close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        thread.execute(() -> {
            leaving = true;
            Wire out = wire;
            if (out != null) {
                out.write(
                        connect.version() == MqttVersion.V5 && connect.sessionExpirySeconds() > 0
                                ? new Disconnect(ReasonCode.NORMAL_DISCONNECTION, 0, null, null, List.of())
                                : Disconnect.NORMAL);
                out.close();
            }
            done.complete(null);
        });
        done.join();
        network.release();
    }
}
