package io.chasqui.broker.connection;

import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.connection.Interceptor.Drop;
import io.chasqui.broker.connection.Interceptor.Refuse;
import io.chasqui.broker.connection.Interceptor.Verdict;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Receipt;
import io.chasqui.broker.session.Session;
import io.chasqui.broker.storage.Change;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way in of the messages that one client publishes: alias, checks, ownership, route, acknowledgement. Acknowledgements
 * leave in the order of the packets, each when everyone who is owed the message has it.
 */
final class Inbound {
    /** What one publisher may bring in so many nanoseconds while connections hold nearly all that they may. */
    private static final int PART_BYTES = 256 << 10;

    private static final long PART_NANOS = 100_000_000L;

    private final Connection connection;
    private final Session session;
    private final Core core;
    private final Policy policy;
    private final @Nullable Interception interception;
    private final boolean v5;
    private final int maxRetained; // messages of this client
    private TopicName @Nullable [] aliases; // by alias less 1; null until one is set
    private TopicName checked = TopicName.EMPTY; // the last topic found to have few enough levels
    private int part = PART_BYTES; // bytes that this client may yet bring before it is slowed
    private int open; // QoS 1 and 2 messages that this connection brought and we have not finished
    private @Nullable Ack firstAck; // not yet sent, in the order of the packets
    private @Nullable Ack lastAck;

    /** @param maxRetained retained messages that the listener lets this client have set */
    Inbound(Connection connection, Session session, Core core, MqttVersion version, int maxRetained) {
        this.connection = connection;
        this.session = session;
        this.core = core;
        this.policy = core.policy();
        this.interception = connection.interception();
        this.v5 = version == MqttVersion.V5;
        this.maxRetained = maxRetained;
    }

    /** An acknowledgement that waits until everyone who is owed the message has it safe. */
    private final class Ack extends Receipt {
        final int packetId;
        final Qos qos;

        @Nullable
        ReasonCode decided; // null as long as it waits

        @Nullable
        String detail;

        @Nullable
        Ack next;

        @Nullable
        Ack repeated; // of the same QoS 2 message on a later connection: gets the same answer

        /** @param joint its QoS 2 message is kept together with its Packet Identifier */
        Ack(int packetId, Qos qos, boolean joint) {
            super(joint);
            this.packetId = packetId;
            this.qos = qos;
        }

        @Override
        protected void onComplete() {
            if (!isJoint()) {
                decide(refused());
                return;
            }
            List<Change> changes = pledged();
            Change received = session.receiving(packetId);
            boolean keepsId = !(refused() && freesRefused()) && session.hasReceived(packetId) && !session.isEnded();
            if (keepsId && received != null) {
                changes.add(received);
            }
            core.router().journal().join(changes, kept -> {
                settle(kept);
                decide(refused() || !kept);
            });
        }

        private void decide(boolean refused) {
            if (qos == Qos.EXACTLY_ONCE) {
                session.decided(packetId, this);
                if (refused && freesRefused()) {
                    session.forget(packetId); // the same identifier is a new message then (MQTT5-4.3.3-9)
                }
            }
            ReasonCode unrefused = matched() ? ReasonCode.SUCCESS : ReasonCode.NO_MATCHING_SUBSCRIBERS;
            answer(refused ? ReasonCode.QUOTA_EXCEEDED : unrefused);
            if (repeated != null) {
                repeated.answer(reason());
            }
        }

        private void answer(ReasonCode reason) {
            decided = reason;
            sendAcks();
        }

        boolean isReady() {
            return decided != null;
        }

        ReasonCode reason() {
            if (decided == null) {
                throw new IllegalStateException("not decided");
            }
            return decided;
        }

        boolean isOfThisConnection(Inbound inbound) {
            return Inbound.this == inbound;
        }
    }

    /** Whether the Packet Identifier of a refused QoS 2 message is free: MQTT 3 goes on to PUBREL unless we disconnect. */
    private boolean freesRefused() {
        return v5 || policy.disconnectRefusedV3();
    }

    void onPublish(Publish publish) throws ProtocolException {
        TopicName topic = publish.topic();
        try {
            topic = v5 ? resolve(publish) : topic;
            check(publish, topic);
        } catch (ProtocolException e) {
            core.fates().record(Fate.PROTOCOL_ERROR, message(publish, topic), null);
            throw e;
        }
        Qos qos = publish.qos();
        if (qos == Qos.EXACTLY_ONCE && session.hasReceived(publish.packetId())) {
            onRepeated(publish.packetId());
            return;
        }
        Message published = message(publish, topic);
        Message message = published;
        Fate fate = refusal(published);
        Verdict verdict = null;
        if (interception != null && fate == null) {
            verdict = interception.judge(connection.client(), published);
            message = Interception.judged(verdict, published);
            fate = Interception.fate(verdict);
        }
        fate = fate == null ? retain(message) : fate;
        if (fate != null) {
            core.fates().record(fate, message, null);
            boolean canBeTold = v5 && qos != Qos.AT_MOST_ONCE;
            if (fate == Fate.NOT_AUTHORIZED
                    && !canBeTold
                    && core.security().conduct().disconnectsDenied()) {
                connection.end(ReasonCode.NOT_AUTHORIZED, "this client may not publish to that topic");
                return;
            }
            if (fate == Fate.QUOTA_EXCEEDED && connection.overLimit() == Conduct.OverLimit.DISCONNECT) {
                connection.end(ReasonCode.QUOTA_EXCEEDED, "this client may retain no more messages");
                return;
            }
            switch (verdict) {
                case Refuse refuse -> finish(publish, refuse.reason(), refuse.detail());
                case Drop _ -> finish(publish, ReasonCode.SUCCESS, null);
                case null, default -> finish(publish, reason(fate), fate.label());
            }
        } else if (qos == Qos.AT_MOST_ONCE) {
            core.router().route(message, null);
        } else {
            open++;
            boolean joint = qos == Qos.EXACTLY_ONCE && session.isStored();
            Ack ack = enqueue(new Ack(publish.packetId(), qos, joint));
            if (qos == Qos.EXACTLY_ONCE) {
                session.receive(publish.packetId());
            }
            core.router().route(message, ack);
            if (qos == Qos.EXACTLY_ONCE && !ack.isReady()) {
                session.undecided(publish.packetId(), ack);
            }
        }
        if (core.router().isFull()) {
            connection.pauseUntilRoom();
        } else if (core.router().isCongested()) {
            slow(message.bytes());
        }
    }

    private Message message(Publish publish, TopicName topic) {
        return new Message(
                topic,
                publish.payload(),
                publish.qos(),
                publish.retain(),
                publish.properties(),
                session.clientId(),
                Message.expiresAt(publish.messageExpirySeconds(), core.loop()));
    }

    /** Connections hold nearly all that they may: publishers go on, but each with its part only. */
    private void slow(int bytes) {
        part -= bytes;
        if (part <= 0) {
            part = PART_BYTES;
            connection.pauseFor(PART_NANOS);
        }
    }

    /** A QoS 2 message that was taken before (MQTT5-4.3.3-10) is acknowledged as it was, or will be. */
    private void onRepeated(int packetId) {
        Receipt first = session.undecided(packetId);
        if (first == null) {
            enqueue(new Ack(packetId, Qos.EXACTLY_ONCE, false)).answer(ReasonCode.SUCCESS);
        } else if (first instanceof Ack earlier && !earlier.isOfThisConnection(this)) {
            earlier.repeated = enqueue(new Ack(packetId, Qos.EXACTLY_ONCE, false));
        } // else one acknowledgement answers both
    }

    /** The topic behind a Topic Alias (section 3.3.2.3.4). */
    private TopicName resolve(Publish publish) throws ProtocolException {
        int alias = publish.topicAlias();
        if (alias == 0) {
            return publish.topic();
        }
        if (alias > policy.topicAliasMaximum()) {
            throw new ProtocolException(ReasonCode.TOPIC_ALIAS_INVALID, "U5-16", "Topic Alias " + alias);
        }
        if (aliases == null) {
            aliases = new TopicName[policy.topicAliasMaximum()];
        }
        if (publish.topic() != TopicName.EMPTY) {
            aliases[alias - 1] = publish.topic();
            return publish.topic();
        }
        @Nullable TopicName known = aliases[alias - 1];
        if (known == null) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "U5-17", "Topic Alias " + alias + " is not set");
        }
        return known;
    }

    /** What breaks the connection. */
    private void check(Publish publish, TopicName topic) throws ProtocolException {
        if (publish.qos().level() > policy.maxQos().level()) {
            throw new ProtocolException(
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "U5-10",
                    "QoS " + publish.qos().level());
        }
        if (publish.retain() && !policy.retainAvailable()) {
            throw new ProtocolException(ReasonCode.RETAIN_NOT_SUPPORTED, "U5-11", "RETAIN is 1");
        }
        if (v5 && publish.qos() != Qos.AT_MOST_ONCE && open >= policy.receiveMaximum()) {
            throw new ProtocolException(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "U5-19", open + " messages are not acknowledged");
        }
        if (topic != checked) {
            if (topic.levelCount() > policy.maxTopicLevels()) {
                throw new ProtocolException(
                        ReasonCode.TOPIC_NAME_INVALID,
                        "MQTT5-4.7.3-3",
                        "the Topic Name has more than " + policy.maxTopicLevels() + " levels");
            }
            checked = topic;
        }
    }

    /** What a message ends in that its publisher may not publish now, or null. */
    private @Nullable Fate refusal(Message message) {
        if (connection.isTooFast(message.payload().length)) {
            return Fate.RATE_EXCEEDED;
        }
        if (!connection
                .authorizer()
                .mayPublish(connection.client(), message.topic(), message.qos(), message.retain())) {
            return Fate.NOT_AUTHORIZED;
        }
        return null;
    }

    /** What this message ends in before it is ours, or null when it is accepted. A retained one is retained then. */
    private @Nullable Fate retain(Message message) {
        if (policy.checkPayloadFormat() && message.properties().payloadFormat() == 1 && !isUtf8(message.payload())) {
            return Fate.PAYLOAD_FORMAT_INVALID;
        }
        if (isToBeKept(message) && !core.router().journal().accepts()) {
            return Fate.STORE_UNAVAILABLE;
        }
        if (message.retain()
                && (core.router().topics().retained().isTooMany(message, maxRetained)
                        || !core.router().retain(message))) {
            return Fate.QUOTA_EXCEEDED;
        }
        return null;
    }

    /** Whether the store has to take something before it is acknowledged, whoever wants it. */
    private boolean isToBeKept(Message message) {
        return message.retain() && message.qos() != Qos.AT_MOST_ONCE
                || message.qos() == Qos.EXACTLY_ONCE && session.isStored();
    }

    private static boolean isUtf8(byte[] payload) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    private static ReasonCode reason(Fate fate) {
        return switch (fate) {
            case NOT_AUTHORIZED -> ReasonCode.NOT_AUTHORIZED;
            case PAYLOAD_FORMAT_INVALID -> ReasonCode.PAYLOAD_FORMAT_INVALID;
            default -> ReasonCode.QUOTA_EXCEEDED;
        };
    }

    /** Acknowledges a message that is not routed. */
    private void finish(Publish publish, ReasonCode reason, @Nullable String detail) {
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            return;
        }
        Ack ack = enqueue(new Ack(publish.packetId(), publish.qos(), false));
        boolean disconnects = !v5 && reason == ReasonCode.QUOTA_EXCEEDED && policy.disconnectRefusedV3();
        boolean goesOn = !reason.isError() || !v5 && !disconnects;
        if (publish.qos() == Qos.EXACTLY_ONCE && goesOn) {
            session.receive(publish.packetId());
        }
        ack.detail = detail;
        open++;
        ack.answer(reason);
    }

    private Ack enqueue(Ack ack) {
        if (lastAck == null) {
            firstAck = ack;
        } else {
            lastAck.next = ack;
        }
        lastAck = ack;
        return ack;
    }

    /** Sends the acknowledgements that are due, up to the first that still waits (MQTT5-4.6.0-2, -3). */
    private void sendAcks() {
        Ack ack;
        while ((ack = firstAck) != null && ack.isReady()) {
            firstAck = ack.next;
            if (firstAck == null) {
                lastAck = null;
            }
            send(ack);
        }
    }

    private void send(Ack ack) {
        ReasonCode reason = ack.reason();
        if (!v5 && reason == ReasonCode.QUOTA_EXCEEDED && policy.disconnectRefusedV3()) {
            connection.end(reason, "a message was refused, which MQTT 3 has no words for"); // MQTT3-3.3.5-2
            return;
        }
        AckProperties properties = reason.isError() && ack.detail != null && connection.givesReasons()
                ? AckProperties.reason(ack.detail)
                : AckProperties.NONE;
        if (ack.qos == Qos.AT_LEAST_ONCE) {
            open--;
            connection.acknowledge(new PubAck(ack.packetId, reason, properties));
            return;
        }
        if (v5 && reason.isError()) {
            open--;
        }
        connection.acknowledge(new PubRec(ack.packetId, reason, properties));
    }

    /** PUBREL: the identifier is free again, and the exchange is finished whatever we know of it (MQTT5-4.3.3-11). */
    void onPubRel(PubRel release) {
        boolean held = session.forget(release.packetId());
        if (held && open > 0) {
            open--;
        }
        PubComp ack =
                new PubComp(release.packetId(), held ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        session.whenDurable(() -> connection.acknowledge(ack)); // or a new message could be taken for this one
    }
}
