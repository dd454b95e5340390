package io.chasqui.client;

import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Wire;
import io.chasqui.client.transport.WireListener;
import io.chasqui.protocol.AckProperties;
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
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from the attempt to open it to its end: CONNECT and CONNACK, keep alive, AUTH, DISCONNECT. What is to outlive
 * it is with the {@link ClientSession}. Confined to the event thread.
 */
final class Link implements WireListener {
    private static final long NANOS = 1_000_000_000L;

    private final Settings settings;
    private final EventThread thread;
    private final ClientSession session;
    private final Connect connect;

    private @Nullable Wire wire; // from onOpen on
    private @Nullable ConnAck connAck;
    private @Nullable MqttException end; // why it closes, when we know better than the socket
    private @Nullable Future<?> deadline; // for CONNACK
    private @Nullable Future<?> nextCheck; // of keep alive
    private long keepAliveNanos; // 0 for never
    private long lastReadNanos;
    private long pingedNanos; // when PINGREQ was sent; 0 when none is open
    private @Nullable CompletableFuture<Void> reauthentication;
    private boolean leaving; // DISCONNECT was sent

    Link(Settings settings, EventThread thread, ClientSession session, Connect connect) {
        this.settings = settings;
        this.thread = thread;
        this.session = session;
        this.connect = connect;
    }

    @Nullable
    ConnAck connAck() {
        return connAck;
    }

    @Override
    public void onOpen(Wire newWire) {
        Wire out = settings.packets() == null ? newWire : new SeenWire(newWire, settings.packets());
        wire = out;
        if (leaving) {
            out.close();
            return;
        }
        out.write(connect);
        deadline = thread.schedule(
                () -> fail(new MqttException.ConnectFailed(
                        settings.endpoint() + " did not answer CONNECT within "
                                + settings.answerTimeout().toMillis() + " ms",
                        null)),
                settings.answerTimeout().toNanos());
    }

    @Override
    public void onPacket(Packet packet) throws ProtocolException {
        lastReadNanos = thread.nanoTime();
        if (settings.packets() != null) {
            settings.packets().onReceived(packet);
        }
        if (connAck == null && !(packet instanceof ConnAck || packet instanceof Auth || packet instanceof Disconnect)) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR,
                    "MQTT5-3.2.0-1",
                    packet.getClass().getSimpleName() + " before CONNACK");
        }
        if (!settings.requestProblemInformation()) {
            checkSilent(packet);
        }
        switch (packet) {
            case Publish publish -> {
                session.subscriptions.check(publish.subscriptionIds());
                session.receiver.onPublish(publish);
            }
            case PubAck ack -> session.sender.onPubAck(ack);
            case PubRec rec -> session.sender.onPubRec(rec);
            case PubRel rel -> session.receiver.onPubRel(rel);
            case PubComp comp -> session.sender.onPubComp(comp);
            case SubAck ack -> session.subscriptions.onSubAck(ack);
            case UnsubAck ack -> session.subscriptions.onUnsubAck(ack);
            case PingResp pong -> pingedNanos = 0;
            case ConnAck ack -> onConnAck(ack);
            case Auth auth -> onAuth(auth);
            case Disconnect disconnect -> onDisconnect(disconnect);
            case Connect p -> throw wrongWay(p);
            case Subscribe p -> throw wrongWay(p);
            case Unsubscribe p -> throw wrongWay(p);
            case PingReq p -> throw wrongWay(p);
        }
    }

    /** We asked for no Reason String and no User Properties but in CONNACK, PUBLISH and DISCONNECT. */
    private static void checkSilent(Packet packet) throws ProtocolException {
        AckProperties properties = switch (packet) {
            case PubAck ack -> ack.properties();
            case PubRec rec -> rec.properties();
            case PubRel rel -> rel.properties();
            case PubComp comp -> comp.properties();
            case SubAck ack -> ack.properties();
            case UnsubAck ack -> ack.properties();
            case Auth auth -> auth.properties();
            default -> AckProperties.NONE;
        };
        if (!properties.equals(AckProperties.NONE)) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "U5-24", "problem information that was not wanted");
        }
    }

    private static AssertionError wrongWay(Packet packet) {
        return new AssertionError(packet); // the decoder takes none of them from a server
    }

    private void onConnAck(ConnAck ack) throws ProtocolException {
        if (connAck != null) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-3.2.0-2", "second CONNACK");
        }
        cancel(deadline);
        if (ack.reason().isError()) {
            fail(new MqttException.ConnectRefused(settings.endpoint().toString(), ack));
            return;
        }
        if (ack.sessionPresent() && connect.cleanStart()) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR,
                    settings.isV5() ? "MQTT5-3.2.2-4" : "MQTT3-3.2.2-1",
                    "Session Present after Clean Start");
        }
        checkMethod(ack.properties().authenticationMethod());
        EnhancedAuthentication authentication = settings.authentication();
        if (authentication != null) {
            authentication.succeeded(ack.properties().authenticationData());
        }
        connAck = ack;
        Wire out = Objects.requireNonNull(wire);
        out.maximumPacketSize(ack.properties().maximumPacketSize());
        int seconds = ack.properties().serverKeepAliveSeconds();
        keepAliveNanos =
                NANOS * (seconds == ConnAck.Properties.ABSENT ? connect.keepAliveSeconds() : seconds); // MQTT5-3.2.2-21
        session.onConnected(this, out, ack);
        checkKeepAlive();
    }

    /**
     * A PINGREQ when nothing was sent for three quarters of the time, so that it is there in time; and when nothing has come,
     * for who only sends does not see that nobody is there any more.
     */
    private void checkKeepAlive() {
        if (keepAliveNanos == 0 || wire == null || leaving) {
            return;
        }
        Wire out = wire;
        long now = thread.nanoTime();
        long patience = settings.answerTimeout().toNanos();
        if (pingedNanos != 0 && session.receiver.isPaused()) {
            pingedNanos = now; // we do not read, so there is nothing to be heard
        }
        if (pingedNanos != 0 && now - pingedNanos >= patience && now - lastReadNanos >= patience) {
            fail(new MqttException.ConnectionLost(
                    settings.endpoint() + " did not answer PINGREQ within " + patience / 1_000_000 + " ms",
                    null,
                    null));
            return;
        }
        long due = keepAliveNanos - keepAliveNanos / 4;
        boolean expected = pingedNanos == 0 && !session.receiver.isPaused(); // that something comes
        long silent = now - (expected ? Math.min(out.lastWriteNanos(), lastReadNanos) : out.lastWriteNanos());
        if (silent >= due) {
            if (pingedNanos == 0) {
                pingedNanos = now;
            }
            out.write(PingReq.INSTANCE);
            silent = 0;
        }
        long wait = due - silent;
        if (pingedNanos != 0) {
            wait = Math.min(wait, Math.max(patience - (now - Math.max(pingedNanos, lastReadNanos)), 1_000_000));
        }
        nextCheck = thread.schedule(this::checkKeepAlive, wait);
    }

    private void onAuth(Auth auth) throws ProtocolException {
        EnhancedAuthentication authentication = settings.authentication();
        if (authentication == null || connAck != null && reauthentication == null) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-4.12.0-1", "AUTH that was not asked for");
        }
        checkMethod(auth.method());
        if (auth.reason() == ReasonCode.SUCCESS) {
            CompletableFuture<Void> asked = reauthentication;
            if (asked == null) {
                throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-4.12.0-1", "AUTH 0x00 before CONNACK");
            }
            authentication.succeeded(auth.data());
            reauthentication = null;
            asked.complete(null);
            return;
        }
        byte[] answer = authentication.answer(auth.data());
        Objects.requireNonNull(wire)
                .write(new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION, authentication.method(), answer, AckProperties.NONE));
    }

    private void checkMethod(@Nullable String method) throws ProtocolException {
        EnhancedAuthentication ours = settings.authentication();
        if (!Objects.equals(method, ours == null ? null : ours.method())) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-4.12.0-5", "Authentication Method " + method);
        }
    }

    /** Authenticates anew on the open connection; completes when the server is content. */
    void reauthenticate(CompletableFuture<Void> done) {
        EnhancedAuthentication authentication = settings.authentication();
        if (authentication == null) {
            done.completeExceptionally(new IllegalStateException("the client has no enhanced authentication"));
        } else if (reauthentication != null) {
            done.completeExceptionally(new IllegalStateException("a re-authentication is under way"));
        } else {
            reauthentication = done;
            Objects.requireNonNull(wire)
                    .write(new Auth(
                            ReasonCode.RE_AUTHENTICATE,
                            authentication.method(),
                            authentication.begin(),
                            AckProperties.NONE));
        }
    }

    private void onDisconnect(Disconnect disconnect) {
        String more = disconnect.serverReference() == null ? "" : "; use " + disconnect.serverReference();
        fail(new MqttException.ConnectionLost(
                settings.endpoint() + " has disconnected us: "
                        + MqttException.answer(disconnect.reason(), disconnect.reasonString()) + more,
                disconnect.reason(),
                null));
    }

    @Override
    public void onReceived() {
        session.receiver.endTurn();
        session.sender.drain();
        session.sender.endTurn();
    }

    @Override
    public void onWritable() {
        session.sender.drain();
        session.sender.endTurn();
    }

    @Override
    public void onFault(ProtocolException fault) {
        session.receiver.endTurn();
        if (wire != null && settings.isV5() && connAck != null) {
            wire.write(new Disconnect(
                    switch (fault.reason()) { // those that a client may say
                        case MALFORMED_PACKET,
                                PROTOCOL_ERROR,
                                TOPIC_NAME_INVALID,
                                RECEIVE_MAXIMUM_EXCEEDED,
                                TOPIC_ALIAS_INVALID,
                                PACKET_TOO_LARGE -> fault.reason();
                        default -> ReasonCode.PROTOCOL_ERROR;
                    },
                    fault.detail()));
        }
        String what = settings.endpoint() + " breaks the standard: " + fault.getMessage();
        fail(
                connAck == null
                        ? new MqttException.ConnectFailed(what, fault)
                        : new MqttException.ConnectionLost(what, null, fault));
    }

    /** Says goodbye; {@link ClientSession#onClosed} follows. */
    void disconnect(Disconnect goodbye) {
        Wire out = wire;
        leaving = true;
        if (out == null) { // the socket is not open yet: when it is, it is closed
            end = new MqttException.Closed("disconnected");
            return;
        }
        if (connAck != null) {
            out.write(goodbye);
        }
        out.close();
    }

    private void fail(MqttException why) {
        if (end == null) {
            end = why;
        }
        if (wire != null) {
            wire.close();
        }
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        cancel(deadline);
        cancel(nextCheck);
        wire = null;
        MqttException why = end;
        if (why == null) {
            String more = cause == null ? "" : ": " + (cause.getMessage() == null ? cause : cause.getMessage());
            why = connAck == null
                    ? new MqttException.ConnectFailed(
                            "cannot connect to " + settings.endpoint()
                                    + (cause == null ? ": it closed before CONNACK" : more),
                            cause)
                    : new MqttException.ConnectionLost(
                            settings.endpoint() + " has closed the connection" + more, null, cause);
        }
        if (reauthentication != null) {
            reauthentication.completeExceptionally(why);
        }
        session.onClosed(this, why);
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
