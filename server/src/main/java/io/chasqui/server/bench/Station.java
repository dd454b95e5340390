package io.chasqui.server.bench;

import io.chasqui.client.transport.Network;
import io.chasqui.client.transport.Wire;
import io.chasqui.client.transport.WireListener;
import io.chasqui.protocol.Auth;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import io.chasqui.server.probe.Target;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One client: connects, subscribes if it is to, keeps its connection alive, and is counted when it loses it. It does not come
 * back by itself. {@link #open}, {@link #close} and {@link #isReady} are for any thread, all else is confined to the thread of its lane.
 */
class Station implements WireListener {
    private static final int SUBSCRIBE_ID = 1;
    private static final long ANSWER_NANOS = 30_000_000_000L; // from the attempt to connect to the last answer

    final Lane lane;
    final Target target;
    final String clientId;
    private final Troubles troubles;
    private Subscribe.@Nullable Entry subscription; // null for one that only connects or publishes
    private CompletableFuture<Void> opening = new CompletableFuture<>();
    private @Nullable Connect connect;

    @Nullable
    Wire wire; // while the connection is open

    private volatile boolean ready; // written on the thread of the lane, as all is
    private boolean leaving;
    private @Nullable CompletableFuture<Void> closing;
    private @Nullable String why; // the connection ends, when we know better than the socket

    Station(Lane lane, Target target, String clientId, Troubles troubles) {
        this.lane = lane;
        this.target = target;
        this.clientId = clientId;
        this.troubles = troubles;
    }

    /** What it subscribes to the next time it connects; null for nothing. */
    void subscription(Subscribe.@Nullable Entry entry) {
        subscription = entry;
    }

    /** Connects; completes when the broker has let us in and granted the subscription, or exceptionally with a line that says why not. */
    CompletableFuture<Void> open(Network network, Connect with) {
        CompletableFuture<Void> opened = new CompletableFuture<>();
        lane.thread.execute(() -> {
            opening = opened;
            connect = with;
            ready = false;
            leaving = false;
            why = null;
            network.dial(lane.thread, target.endpoint(), with.version(), Connect.NO_LIMIT, this);
            var late = lane.thread.schedule(this::tooLate, ANSWER_NANOS);
            opened.whenComplete((done, failure) -> late.cancel(false));
        });
        return opened;
    }

    private void tooLate() {
        Wire out = wire;
        if (out != null && !opening.isDone()) {
            fail(target + " did not let us in within " + ANSWER_NANOS / 1_000_000_000 + " s", out);
        }
    }

    /** Says goodbye; completes when the connection is gone. */
    CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        lane.thread.execute(() -> {
            leaving = true;
            Wire out = wire;
            if (out == null) {
                closed.complete(null);
                return;
            }
            closing = closed;
            out.write(Disconnect.NORMAL);
            out.close();
        });
        return closed;
    }

    /** Whether the broker has let it in and it is still there. Any thread. */
    boolean isReady() {
        return ready;
    }

    /** Sends PINGREQ if it is time to. */
    void keepAlive(long nowNanos) {
        Wire out = wire;
        if (out != null && ready && nowNanos - out.lastWriteNanos() > target.keepAliveSeconds() * 500_000_000L) {
            out.write(PingReq.INSTANCE);
        }
    }

    @Override
    public void onOpen(Wire newWire) {
        wire = newWire;
        if (leaving || connect == null) {
            newWire.close();
        } else {
            newWire.write(connect);
        }
    }

    @Override
    public void onPacket(Packet packet) throws ProtocolException {
        Wire out = wire;
        if (out == null) {
            return;
        }
        switch (packet) {
            case Publish publish -> onPublish(publish, out);
            case PubAck ack -> onTaken(ack.packetId(), ack.reason(), false);
            case PubRec rec -> {
                if (!rec.reason().isError()) {
                    onOwned(rec.packetId());
                    out.write(new PubRel(rec.packetId(), ReasonCode.SUCCESS));
                } else {
                    onTaken(rec.packetId(), rec.reason(), false);
                }
            }
            case PubRel rel -> onReleased(rel.packetId(), out);
            case PubComp comp -> onTaken(comp.packetId(), ReasonCode.SUCCESS, true);
            case SubAck ack -> onSubAck(ack);
            case ConnAck ack -> onConnAck(ack, out);
            case Disconnect disconnect -> {
                why = target + " has disconnected us: " + said(disconnect.reason(), disconnect.reasonString());
                out.close();
            }
            case PingResp p -> {}
            case UnsubAck p -> throw unasked(p);
            case Auth p -> throw unasked(p);
            case Connect p -> throw unasked(p);
            case Subscribe p -> throw unasked(p);
            case Unsubscribe p -> throw unasked(p);
            case PingReq p -> throw unasked(p);
        }
    }

    private static ProtocolException unasked(Packet packet) {
        return new ProtocolException(
                ReasonCode.PROTOCOL_ERROR,
                "MQTT5-4.13.1-1",
                packet.getClass().getSimpleName() + " that nobody asked for");
    }

    static String said(ReasonCode reason, @Nullable String more) {
        String text = reason.name().replace('_', ' ').toLowerCase(Locale.ROOT);
        return text + " (0x%02x)".formatted(reason.code()) + (more == null ? "" : ", " + more);
    }

    private void onConnAck(ConnAck ack, Wire out) {
        if (ack.reason().isError()) {
            fail(target + " refuses: " + said(ack.reason(), ack.properties().reasonString()), out);
            return;
        }
        out.maximumPacketSize(ack.properties().maximumPacketSize());
        String fault = onGranted(ack);
        if (fault != null) {
            fail(fault, out);
        } else if (subscription != null) {
            out.write(new Subscribe(SUBSCRIBE_ID, List.of(subscription)));
        } else {
            ready();
        }
    }

    /** What the broker grants. Returns why it is not enough, or null. */
    @Nullable
    String onGranted(ConnAck ack) {
        return null;
    }

    private void onSubAck(SubAck ack) {
        ReasonCode reason = ack.reasons().getFirst();
        Wire out = wire;
        if (subscription == null || out == null) {
            return;
        }
        if (reason.isError()) {
            fail(
                    target + " refuses the subscription to " + subscription.filter() + ": "
                            + said(reason, ack.properties().reasonString()),
                    out);
            return;
        }
        int asked = subscription.options().qos().level();
        if (reason.code() < asked) {
            troubles.note(target + " grants QoS " + reason.code() + " where " + asked + " was asked for");
        }
        ready();
    }

    private void ready() {
        ready = true;
        opening.complete(null);
        onReady();
    }

    void onReady() {}

    void onPublish(Publish publish, Wire out) {}

    void onReleased(int packetId, Wire out) {}

    /** The broker owns a message of QoS 2; PUBREL follows. */
    void onOwned(int packetId) {}

    /**
     * The broker has answered a message of QoS 1 or 2 for the last time.
     *
     * @param complete with PUBCOMP
     */
    void onTaken(int packetId, ReasonCode reason, boolean complete) {}

    private void fail(String reason, Wire out) {
        why = reason;
        out.close();
    }

    @Override
    public void onReceived() {}

    @Override
    public void onWritable() {}

    @Override
    public void onFault(ProtocolException fault) {
        if (wire != null) {
            fail(target + " breaks the standard: " + fault.getMessage(), wire);
        }
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        boolean opened = wire != null;
        wire = null;
        String reason = why;
        if (reason == null) {
            String more = Target.reason(cause);
            reason = opened ? target + " has closed the connection" + more : "cannot connect to " + target + more;
        }
        if (!opening.isDone()) {
            troubles.failed(reason);
            opening.completeExceptionally(new BenchException(reason));
        } else if (ready && !leaving) {
            troubles.lost(reason);
            onLost();
        }
        ready = false;
        if (closing != null) {
            closing.complete(null);
            closing = null;
        }
    }

    /** The connection ended, and not because we closed it. */
    void onLost() {}
}
