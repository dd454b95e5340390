package io.chasqui.broker.connection;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.loop.Timer;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.session.ClientLink;
import io.chasqui.broker.session.Session;
import io.chasqui.broker.session.Sessions;
import io.chasqui.broker.storage.Journal;
import io.chasqui.protocol.Auth;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Unsubscribe;
import io.chasqui.protocol.Will;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One MQTT conversation after its CONNECT was read. Confined to the home loop of its Client Identifier.
 *
 * <p>Life: {@link #greet} answers the CONNECT, when authentication is done; then packets come through {@link #onPacket}; it
 * ends once, in {@link #finish}, for one of four causes: DISCONNECT, the peer is gone ({@link #onClosed}), the peer broke the
 * protocol ({@link #onFault}), or the broker wants it ({@link #end}).
 */
public final class Connection implements ClientLink {
    private static final long NANOS = 1_000_000_000L;

    private enum State {
        GREETING,
        OPEN,
        CLOSED
    }

    private final Core core;
    private final Wire wire;
    private final String listener;
    private final MqttVersion version;
    private final boolean bridge;
    private final boolean givesReasons; // MQTT5-3.1.2-29
    private final long maximumPacketSize; // bytes that the client takes
    private final Security security;
    private final @Nullable Interception interception;
    private final Authentication authentication;
    int place; // among the connections of the core, as the core knows
    private State state = State.GREETING;
    private @Nullable ReasonCode endReason; // that we gave
    private int pauses; // reasons of ours not to read
    private boolean answered; // CONNACK has been written: it waits for the store

    private Authorizer authorizer = Authorizer.OPEN; // not asked before there is the client's own
    private @Nullable Greeting greeting; // until the answer: then nobody needs CONNECT, and its password, any more

    // Valid once let in. What a client that is only there does not need is made when it is needed.
    private @Nullable Session session;
    private @Nullable Inbound inbound;
    private @Nullable OutboundAliases aliases;
    private @Nullable KeepAlive keepAlive;
    private @Nullable Throttle throttle; // null where clients may publish as fast as they can
    private @Nullable Timer breath; // of a client that publishes too fast

    /**
     * @param security what is asked about this client
     * @param interception what is asked and told about it, or null
     */
    Connection(
            Core core,
            Wire wire,
            Connect connect,
            String listener,
            Security security,
            @Nullable Interception interception) {
        this.core = core;
        this.wire = wire;
        this.listener = listener;
        this.version = connect.version();
        this.bridge = connect.bridge();
        this.givesReasons = connect.requestProblemInformation();
        this.maximumPacketSize = connect.maximumPacketSize();
        this.security = security;
        this.interception = interception;
        this.authentication = new Authentication(this, core, connect.authenticationMethod());
    }

    /** Checks the CONNECT and asks the authenticator; no packet is taken until it has answered. */
    void greet(Connect connect, Peer peer) {
        Greeting checked;
        try {
            checked = Greeting.of(connect, core);
        } catch (ProtocolException e) {
            refuse(e.reason(), e.getMessage());
            return;
        }
        greeting = checked;
        ClientInfo client = new ClientInfo(checked.clientId(), connect.userName(), peer, listener, connect.version());
        long delay = security.conduct().slowsFights()
                ? core.fights().delayNanos(checked.clientId(), core.loop().nanoTime())
                : 0;
        if (delay == 0) {
            authentication.begin(client, connect);
            return;
        }
        pause();
        core.loop()
                .schedule(
                        () -> {
                            if (state == State.GREETING) {
                                authentication.begin(client, connect);
                                resume();
                            }
                        },
                        delay);
    }

    /** Authentication is done, for the first time; {@code data} is for CONNACK. */
    void onAuthenticated(ClientInfo who, byte @Nullable [] data) {
        if (core.isStopping()) {
            refuse(ReasonCode.SERVER_UNAVAILABLE, "the server is shutting down");
            return;
        }
        authorizer = security.authorizer().of(who);
        Greeting granted = greeting;
        greeting = null;
        if (granted != null) {
            accept(granted, who, data);
        }
    }

    /** The client has authenticated anew. */
    void onReauthenticated(ClientInfo who) {
        authorizer = security.authorizer().of(who);
        security.audit().record(new Audit.Reauthenticated(who));
    }

    void refuse(ReasonCode reason, @Nullable String detail) {
        endReason = reason;
        wire.write(new ConnAck(false, reason, ConnAck.Properties.reason(detail)));
        finish();
    }

    private void accept(Greeting granted, ClientInfo who, byte @Nullable [] data) {
        if (!core.sessions().mayOpen(granted.clientId(), granted.sessionExpirySeconds())) {
            refuse(ReasonCode.QUOTA_EXCEEDED, "the store cannot keep a session now");
            return;
        }
        Connect connect = granted.connect();
        Will will = connect.will();
        Sessions.Opened opened = core.sessions()
                .open(
                        granted.clientId(),
                        connect.cleanStart(),
                        granted.sessionExpirySeconds(),
                        this,
                        will == null ? null : new LastWill(core, who, will));
        if (opened == null) {
            refuse(ReasonCode.QUOTA_EXCEEDED, "the server has no room for another session");
            return;
        }
        state = State.OPEN;
        noteTakeOver(who);
        security.audit().record(new Audit.Connected(who));
        if (interception != null) {
            interception.tell(to -> to.onConnected(who));
        }
        session = opened.session();
        ListenerLimits limits = core.limits(listener);
        throttle = Throttle.of(
                security.conduct(), limits, core.pace(listener), core.loop().nanoTime());
        int aliasMaximum = Math.min(connect.topicAliasMaximum(), core.policy().outboundTopicAliasMaximum());
        aliases = aliasMaximum == 0 ? null : new OutboundAliases(aliasMaximum);
        if (granted.keepAliveSeconds() > 0) {
            keepAlive = new KeepAlive(granted.keepAliveSeconds());
        }
        whenPromised(session, safe -> {
            if (safe) {
                answered = true;
                if (wire.write(granted.accepted(opened.present())
                        .authenticated(connect.authenticationMethod(), data, authentication.secondsLeft()))) {
                    int most = ListenerLimits.most(limits.clientInFlight());
                    opened.session().start(this, Math.min(connect.receiveMaximum(), most));
                } else { // what authentication has added made it too large (MQTT5-3.1.2-24)
                    finish();
                }
            } else {
                refuse(ReasonCode.QUOTA_EXCEEDED, "the store cannot keep a session now");
            }
        });
    }

    /** Names those who fight over one Client Identifier. */
    private void noteTakeOver(ClientInfo who) {
        ClientInfo loser = core.takeLoser();
        if (loser != null && core.fights().takenOver(who.clientId(), core.loop().nanoTime())) {
            security.audit().record(new Audit.Fight(who, loser.endpoint()));
        }
    }

    /** Tells when what CONNACK promises is safe; until then nothing is read, so that answers keep their order. */
    private void whenPromised(Session to, Journal.Outcome answer) {
        Journal journal = core.router().journal();
        if (journal.isDurable() && to.isReady()) {
            answer.decided(true);
            return;
        }
        pause();
        to.whenReady(() -> journal.whenDecided(safe -> {
            if (state == State.OPEN) {
                answer.decided(safe);
            }
            resume();
        }));
    }

    /** Ends the connection after one and a half times the Keep Alive without a packet (MQTT5-3.1.2-22). */
    private final class KeepAlive extends Timer {
        private final int seconds;
        private long lastPacketNanos;
        private long unsentBytes; // at the last time

        KeepAlive(int seconds) {
            this.seconds = seconds;
            lastPacketNanos = core.loop().nanoTime();
            core.loop().timers().set(this, toleranceNanos());
        }

        private long toleranceNanos() {
            return seconds * (NANOS / 2) * 3;
        }

        @Override
        protected void onTime() {
            long left = lastPacketNanos + toleranceNanos() - core.loop().nanoTime();
            if (pauses > 0
                    || !wire.isWritable() && isReading()) { // then we do not read: it may have said that it is there
                core.loop().timers().set(this, toleranceNanos());
            } else if (left > 0) {
                core.loop().timers().set(this, left);
            } else {
                end(ReasonCode.KEEP_ALIVE_TIMEOUT, "no packet within one and a half times the Keep Alive");
            }
        }

        /** Whether it has taken anything since the last time. */
        private boolean isReading() {
            long before = unsentBytes;
            unsentBytes = wire.unsentBytes();
            return unsentBytes != before;
        }
    }

    /** A packet has come. Never after the end of the connection. */
    public void onPacket(Packet packet) throws ProtocolException {
        if (state == State.GREETING) {
            onEarlyPacket(packet);
            return;
        }
        assert state == State.OPEN && session != null : state;
        switch (packet) {
            case Publish publish -> onPublish(publish, inbound(session));
            case PubAck ack -> session.onPubAck(ack.packetId(), !ack.reason().isError());
            case PubRec rec -> onPubRec(rec, session);
            case PubRel rel -> inbound(session).onPubRel(rel);
            case PubComp comp -> session.onPubComp(comp.packetId());
            case Subscribe subscribe -> subscribing(session).onSubscribe(subscribe);
            case Unsubscribe unsubscribe -> subscribing(session).onUnsubscribe(unsubscribe);
            case PingReq _ -> wire.write(PingResp.INSTANCE);
            case Disconnect disconnect -> onDisconnect(disconnect, session);
            case Connect _ -> throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-3.1.0-2", "second CONNECT");
            case Auth auth -> authentication.onAuth(auth);
            default ->
                throw new ProtocolException(
                        ReasonCode.PROTOCOL_ERROR,
                        "MQTT5-4.13.1-1",
                        packet.getClass().getSimpleName() + " is for clients only");
        }
    }

    private Inbound inbound(Session of) {
        Inbound in = inbound;
        if (in == null) {
            in = new Inbound(
                    this,
                    of,
                    core,
                    version,
                    ListenerLimits.most(core.limits(listener).clientRetained()));
            inbound = in;
        }
        return in;
    }

    private Subscribing subscribing(Session of) {
        int most = ListenerLimits.most(core.limits(listener).clientSubscriptions());
        return new Subscribing(this, of, core, version, bridge, most);
    }

    /** During an enhanced authentication nothing else may come (MQTT5-3.1.2-30). */
    private void onEarlyPacket(Packet packet) throws ProtocolException {
        switch (packet) {
            case Auth auth -> authentication.onAuth(auth);
            case Disconnect _ -> finish();
            default ->
                throw new ProtocolException(
                        ReasonCode.PROTOCOL_ERROR,
                        "MQTT5-3.1.2-30",
                        packet.getClass().getSimpleName() + " before authentication is done");
        }
    }

    /** All packets of one read have been handed over: what tells that the client is alive. */
    public void onReceived() {
        if (keepAlive != null) {
            keepAlive.lastPacketNanos = core.loop().nanoTime();
        }
    }

    private void onPublish(Publish publish, Inbound in) throws ProtocolException {
        core.counters().publishReceived++;
        core.counters().publishBytesReceived += publish.payload().length;
        in.onPublish(publish);
        if (throttle == null || state != State.OPEN || overLimit() == Conduct.OverLimit.REFUSE) {
            return;
        }
        long waitNanos = throttle.waitNanos(core.loop().nanoTime());
        if (waitNanos == 0) {
            return;
        }
        if (overLimit() == Conduct.OverLimit.DISCONNECT) {
            end(ReasonCode.MESSAGE_RATE_TOO_HIGH, "more messages or bytes in a second than this client may publish");
        } else {
            pauseFor(waitNanos);
        }
    }

    /** What a client meets that wants more than it may. */
    Conduct.OverLimit overLimit() {
        return security.conduct().overLimit();
    }

    /** Whether a message of so many bytes is refused, for it came too fast. */
    boolean isTooFast(int payloadBytes) {
        return throttle != null && throttle.refuses(payloadBytes, core.loop().nanoTime());
    }

    private void onPubRec(PubRec rec, Session of) {
        if (!of.onPubRec(rec.packetId(), !rec.reason().isError())
                && !rec.reason().isError()) {
            wire.write(new PubRel(
                    rec.packetId(),
                    version == MqttVersion.V5
                            ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND
                            : ReasonCode.SUCCESS)); // so that the client can finish what we do not know
        }
    }

    private void onDisconnect(Disconnect disconnect, Session of) throws ProtocolException {
        long expiry = disconnect.sessionExpirySeconds();
        if (expiry != Disconnect.ABSENT) {
            if (expiry > 0 && of.expirySeconds() == 0) {
                throw new ProtocolException(
                        ReasonCode.PROTOCOL_ERROR, "U5-20", "DISCONNECT raises the Session Expiry Interval from 0");
            }
            of.expirySeconds(Math.min(expiry, core.policy().maxSessionExpirySeconds()));
        }
        if (disconnect.reason() == ReasonCode.NORMAL_DISCONNECTION) {
            of.dropWill(); // MQTT5-3.14.4-3
        }
        finish();
    }

    /** The peer sent what breaks the protocol; the answer goes out and the connection is closed. */
    public void onFault(ProtocolException fault) {
        if (state == State.GREETING) {
            refuse(fault.reason(), fault.getMessage());
            return;
        }
        end(fault.reason(), fault.getMessage());
    }

    /** The Network Connection is gone. */
    public void onClosed() {
        finish();
    }

    /** The peer has taken enough for more to be written. */
    public void onWritable() {
        if (keepAlive != null) {
            keepAlive.lastPacketNanos = core.loop().nanoTime(); // it takes what we send, and is read again
        }
        if (session != null && state == State.OPEN) {
            session.onWritable();
        }
    }

    /** Such clients are not to be here, and this one may be on its way in. */
    void doubt(Predicate<ClientInfo> whom) {
        authentication.doubt(whom);
    }

    /** Whether the client has been let in, and is here. */
    boolean isOpen() {
        return state == State.OPEN;
    }

    public boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Says why, in MQTT 5 and after CONNACK (MQTT5-3.14.0-1), and closes. */
    @Override
    public void end(ReasonCode reason, @Nullable String detail) {
        if (state == State.CLOSED) {
            return;
        }
        endReason = reason;
        if (reason == ReasonCode.SESSION_TAKEN_OVER) {
            core.loser(client());
        }
        if (answered && version == MqttVersion.V5) {
            wire.write(new Disconnect(reason, detail));
        }
        finish();
    }

    private void finish() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        if (endReason != null) {
            core.counters().connectionsEnded[endReason.code()]++;
        }
        if (keepAlive != null) {
            core.loop().timers().cancel(keepAlive);
        }
        authentication.close();
        if (breath != null) {
            core.loop().timers().cancel(breath);
        }
        greeting = null;
        if (session != null) {
            security.audit().record(new Audit.Disconnected(client(), endReason));
            if (interception != null) {
                interception.tell(to -> to.onDisconnected(client(), endReason));
            }
        }
        core.closed(this);
        wire.close();
        if (session != null && core.isStopping()) {
            session.suspend(this);
        } else if (session != null) {
            session.detach(this);
        }
    }

    /** Reads no further until {@link #resume}; the client cannot be blamed for its silence meanwhile. */
    void pause() {
        pauses++;
        wire.pauseReading();
    }

    void resume() {
        pauses--;
        onReceived();
        wire.resumeReading();
    }

    /** Stops reading this publisher for so long. */
    void pauseFor(long nanos) {
        Timer timer = breath;
        if (timer == null) {
            timer = new Timer() {
                @Override
                protected void onTime() {
                    resume();
                }
            };
            breath = timer;
        }
        if (!timer.isSet()) {
            pause();
            core.loop().timers().set(timer, nanos);
        }
    }

    /** Stops reading this publisher until the loops that it feeds have caught up. */
    void pauseUntilRoom() {
        pause();
        core.router().onRoom(this::resume);
    }

    /**
     * Writes an acknowledgement, or another answer that MQTT 5 may give a Reason String. A client that says it takes less than
     * the answer to what it asked would wait for it in vain, so that is the end (MQTT5-3.1.2-24).
     */
    void acknowledge(Packet packet) {
        if (state != State.CLOSED && !wire.write(packet)) {
            end(ReasonCode.PACKET_TOO_LARGE, "the answer is larger than the client's Maximum Packet Size");
        }
    }

    /** Whether Reason Strings may stand in acknowledgements (MQTT5-3.1.2-29). */
    boolean givesReasons() {
        return givesReasons;
    }

    ClientInfo client() {
        return authentication.client();
    }

    Security security() {
        return security;
    }

    /** Who is asked and told about this client, or null. */
    @Nullable
    Interception interception() {
        return interception;
    }

    /** What this client may do. */
    Authorizer authorizer() {
        return authorizer;
    }

    @Override
    public boolean mayReceive(Message message) {
        return authorizer.mayReceive(client(), message.topic());
    }

    @Override
    public boolean isWritable() {
        return wire.isWritable();
    }

    @Override
    public boolean fits(Message message, Qos qos, int[] subscriptionIds) {
        if (maximumPacketSize == Connect.NO_LIMIT) {
            return true;
        }
        int length = PacketEncoder.publishLength(
                version,
                qos,
                message.topic(),
                message.properties(),
                message.remainingExpirySeconds(core.loop()),
                aliases == null ? 0 : 1, // with the topic and an alias it is at its longest
                subscriptionIds,
                message.payload().length);
        return length <= maximumPacketSize;
    }

    @Override
    public void publish(Message message, Qos qos, boolean retain, boolean dup, int packetId, int[] subscriptionIds) {
        TopicName topic = message.topic();
        int alias = 0;
        if (aliases != null) {
            alias = aliases.known(topic);
            if (alias == 0) {
                alias = aliases.assign(topic);
            } else {
                topic = TopicName.EMPTY;
            }
        }
        long expirySeconds = message.remainingExpirySeconds(core.loop());
        core.counters().publishSent++;
        core.counters().publishBytesSent += message.payload().length;
        wire.publish(message, dup, qos, retain, topic, packetId, expirySeconds, alias, subscriptionIds);
    }

    @Override
    public void pubRel(int packetId) {
        wire.write(new PubRel(packetId));
    }
}
