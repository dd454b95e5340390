package io.chasqui.broker.connection;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Receipt;
import io.chasqui.broker.session.Session;
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
import org.jspecify.annotations.Nullable;

/**
 * The way in of the messages that one client publishes: alias, checks, ownership, route, acknowledgement. Acknowledgements
 * leave in the order of the packets, each when everyone who is owed the message has it.
 */
final class Inbound {
    private final Connection connection;
    private final Session session;
    private final Core core;
    private final Policy policy;
    private final boolean v5;
    private TopicName @Nullable [] aliases; // by alias less 1; null until one is set
    private TopicName checked = TopicName.EMPTY; // the last topic found to have few enough levels
    private int open; // QoS 1 and 2 messages that this connection brought and we have not finished
    private @Nullable Ack firstAck; // not yet sent, in the order of the packets
    private @Nullable Ack lastAck;

    Inbound(Connection connection, Session session, Core core, MqttVersion version) {
        this.connection = connection;
        this.session = session;
        this.core = core;
        this.policy = core.policy();
        this.v5 = version == MqttVersion.V5;
    }

    /** An acknowledgement that waits for the message to reach everyone. */
    private final class Ack extends Receipt {
        final int packetId;
        final Qos qos;

        @Nullable
        ReasonCode decided; // without routing

        @Nullable
        String detail;

        @Nullable
        Ack next;

        Ack(int packetId, Qos qos) {
            this.packetId = packetId;
            this.qos = qos;
        }

        @Override
        protected void onComplete() {
            if (refused() && qos == Qos.EXACTLY_ONCE && (v5 || policy.disconnectRefusedV3())) {
                session.forget(packetId); // the same identifier is a new message then (MQTT5-4.3.3-9)
            }
            sendAcks();
        }

        boolean isReady() {
            return decided != null || isComplete();
        }

        ReasonCode reason() {
            if (decided != null) {
                return decided;
            }
            if (refused()) {
                return ReasonCode.QUOTA_EXCEEDED;
            }
            return matched() ? ReasonCode.SUCCESS : ReasonCode.NO_MATCHING_SUBSCRIBERS;
        }
    }

    void onPublish(Publish publish) throws ProtocolException {
        TopicName topic = v5 ? resolve(publish) : publish.topic();
        check(publish, topic);
        Qos qos = publish.qos();
        if (qos == Qos.EXACTLY_ONCE && !session.receive(publish.packetId())) {
            enqueue(new Ack(publish.packetId(), qos)).decided = ReasonCode.SUCCESS; // taken before: MQTT5-4.3.3-10
            sendAcks();
            return;
        }
        long now = core.loop().nanoTime();
        Message message = new Message(
                topic,
                publish.payload(),
                qos,
                publish.retain(),
                publish.properties(),
                session.clientId(),
                Message.expiresAt(publish.messageExpirySeconds(), now));
        Fate fate = judge(message);
        if (fate != null) {
            core.fates().record(fate, message, null);
            refuse(publish, fate);
        } else if (qos == Qos.AT_MOST_ONCE) {
            core.router().route(message, null);
        } else {
            open++;
            core.router().route(message, enqueue(new Ack(publish.packetId(), qos)));
        }
        if (core.router().isFull()) {
            connection.pauseUntilRoom();
        }
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

    /** What this message ends in before it is ours, or null when it is accepted. A retained one is retained then. */
    private @Nullable Fate judge(Message message) {
        if (!core.authorizer().mayPublish(connection.client(), message.topic(), message.qos(), message.retain())) {
            return Fate.NOT_AUTHORIZED;
        }
        if (policy.checkPayloadFormat() && message.properties().payloadFormat() == 1 && !isUtf8(message.payload())) {
            return Fate.PAYLOAD_FORMAT_INVALID;
        }
        if (message.retain() && !core.router().retain(message)) {
            return Fate.QUOTA_EXCEEDED;
        }
        return null;
    }

    private static boolean isUtf8(byte[] payload) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    private void refuse(Publish publish, Fate fate) {
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            return;
        }
        boolean disconnects = !v5 && fate == Fate.QUOTA_EXCEEDED && policy.disconnectRefusedV3();
        if (publish.qos() == Qos.EXACTLY_ONCE && (v5 || disconnects)) { // else MQTT 3, where the exchange goes on
            session.forget(publish.packetId());
        }
        Ack ack = enqueue(new Ack(publish.packetId(), publish.qos()));
        ack.decided = switch (fate) {
            case NOT_AUTHORIZED -> ReasonCode.NOT_AUTHORIZED;
            case PAYLOAD_FORMAT_INVALID -> ReasonCode.PAYLOAD_FORMAT_INVALID;
            default -> ReasonCode.QUOTA_EXCEEDED;
        };
        ack.detail = fate.label();
        open++;
        sendAcks();
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
        core.router().whenDurable(() -> connection.acknowledge(ack)); // or a new message could be taken for this one
    }
}
