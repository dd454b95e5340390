package io.chasqui.broker.connection;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.Will;
import java.nio.charset.StandardCharsets;

/**
 * What CONNECT asks for and what is granted: the checks that need no state, and the values of CONNACK (sections 3.1 and
 * 3.2). A value; knows no session.
 *
 * @param clientId as sent, or as assigned
 * @param assigned whether we assigned it
 * @param keepAliveSeconds what both sides hold to; 0 for none
 * @param sessionExpirySeconds what is granted
 */
record Greeting(
        Connect connect,
        Policy policy,
        String clientId,
        boolean assigned,
        int keepAliveSeconds,
        long sessionExpirySeconds) {
    /** The largest packet that can be written at all: a fixed header of five bytes, and 268,435,455. */
    private static final int MAX_PACKET = 268_435_460;

    /** @throws ProtocolException with the code for CONNACK when the CONNECT is refused */
    static Greeting of(Connect connect, Core core) throws ProtocolException {
        Policy policy = core.policy();
        String clientId = connect.clientId();
        if (clientId.getBytes(StandardCharsets.UTF_8).length > policy.maxClientIdBytes()) {
            throw new ProtocolException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "MQTT5-3.1.3-8",
                    "the Client Identifier is longer than " + policy.maxClientIdBytes() + " bytes");
        }
        if (clientId.isEmpty() && connect.version() == MqttVersion.V3_1_1 && !connect.cleanStart()) {
            throw new ProtocolException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "MQTT3-3.1.3-8",
                    "no Client Identifier and Clean Session 0");
        }
        if (clientId.isEmpty() && connect.version() == MqttVersion.V3_1) {
            throw new ProtocolException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "MQTT3-3.1.3-8", "MQTT 3.1 has no empty Client Identifier");
        }
        if (connect.will() != null) {
            checkWill(connect.will(), policy);
        }
        boolean assigned = clientId.isEmpty();
        Greeting greeting = new Greeting(
                connect,
                policy,
                assigned ? core.homes().assign(core.loop().random(), core.loop().index()) : clientId,
                assigned,
                keepAlive(connect, policy),
                Math.min(connect.sessionExpirySeconds(), policy.maxSessionExpirySeconds()));
        greeting.checkFits();
        return greeting;
    }

    /** Without CONNACK nothing else may be sent (MQTT5-3.1.4-5), and one that is too large may not either (MQTT5-3.1.2-24). */
    private void checkFits() throws ProtocolException {
        long most = connect.maximumPacketSize();
        int length = most == Connect.NO_LIMIT ? 0 : PacketEncoder.encodedLength(accepted(false), connect.version());
        if (length > most) {
            throw new ProtocolException(
                    ReasonCode.PACKET_TOO_LARGE,
                    "MQTT5-3.1.2-24",
                    "Maximum Packet Size is " + most + ", CONNACK has " + length + " bytes");
        }
    }

    private static void checkWill(Will will, Policy policy) throws ProtocolException {
        if (will.qos().level() > policy.maxQos().level()) {
            throw new ProtocolException(
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "MQTT5-3.2.2-12",
                    "Will QoS " + will.qos().level());
        }
        if (will.retain() && !policy.retainAvailable()) {
            throw new ProtocolException(ReasonCode.RETAIN_NOT_SUPPORTED, "MQTT5-3.2.2-13", "Will Retain is 1");
        }
        if (will.topic().levelCount() > policy.maxTopicLevels()) {
            throw new ProtocolException(
                    ReasonCode.TOPIC_NAME_INVALID,
                    "MQTT5-4.7.3-3",
                    "the Will Topic has more than " + policy.maxTopicLevels() + " levels");
        }
    }

    private static int keepAlive(Connect connect, Policy policy) {
        int most = policy.maxKeepAliveSeconds();
        int asked = connect.keepAliveSeconds();
        return most > 0 && (asked == 0 || asked > most) ? most : asked;
    }

    ConnAck accepted(boolean sessionPresent) {
        boolean serverKeepAlive = keepAliveSeconds != connect.keepAliveSeconds();
        return new ConnAck(
                sessionPresent,
                ReasonCode.SUCCESS,
                ConnAck.Properties.granted(
                        sessionExpirySeconds == connect.sessionExpirySeconds()
                                ? ConnAck.Properties.ABSENT
                                : sessionExpirySeconds,
                        policy.receiveMaximum(),
                        policy.maxQos(),
                        policy.retainAvailable(),
                        policy.maxPacketBytes() >= MAX_PACKET ? Connect.NO_LIMIT : policy.maxPacketBytes(),
                        assigned ? clientId : null,
                        policy.topicAliasMaximum(),
                        policy.wildcardSubscriptions(),
                        policy.subscriptionIdentifiers(),
                        policy.sharedSubscriptions(),
                        serverKeepAlive ? keepAliveSeconds : ConnAck.Properties.ABSENT));
    }
}
