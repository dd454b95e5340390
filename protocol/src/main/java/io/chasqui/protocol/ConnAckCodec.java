package io.chasqui.protocol;

import io.chasqui.protocol.Property.Place;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CONNACK, section 3.2. */
final class ConnAckCodec {
    /** What the six return codes of MQTT 3 mean, by their value. */
    private static final List<ReasonCode> RETURN_CODES = List.of(
            ReasonCode.SUCCESS,
            ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
            ReasonCode.SERVER_UNAVAILABLE,
            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
            ReasonCode.NOT_AUTHORIZED);

    private ConnAckCodec() {}

    static ConnAck read(BodyReader in, MqttVersion version) throws ProtocolException {
        int flags = in.u8("Connect Acknowledge Flags");
        if (version == MqttVersion.V3_1) {
            return new ConnAck(false, returnCode(in.u8("Return Code"))); // its first byte is not used
        }
        if (flags > 1) {
            throw new ProtocolException(
                    ReasonCode.MALFORMED_PACKET, "MQTT5-3.2.2-1", "Connect Acknowledge Flags " + flags);
        }
        ReasonCode reason;
        ConnAck.Properties properties = ConnAck.Properties.NONE;
        if (version != MqttVersion.V5) {
            reason = returnCode(in.u8("Return Code"));
        } else if (in.remaining() == 1) {
            // No property length: a server that does not know version 5 says so in the form that it knows.
            int code = in.u8("Return Code");
            if (code != 1) {
                throw new ProtocolException(
                        ReasonCode.MALFORMED_PACKET, "MQTT5-2.2.2-1", "CONNACK without Property Length");
            }
            reason = ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
        } else {
            reason = ReasonTable.CONNACK.read(in);
            properties = new ConnAckProperties().read(in.properties(Place.CONNACK));
        }
        if (flags == 1 && reason != ReasonCode.SUCCESS) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-3.2.2-6", "Session Present with " + reason);
        }
        return new ConnAck(flags == 1, reason, properties);
    }

    private static ReasonCode returnCode(int code) throws ProtocolException {
        if (code >= RETURN_CODES.size()) {
            throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "MQTT5-3.2.2-8", "return code " + code);
        }
        return RETURN_CODES.get(code);
    }

    /** The nearest return code of MQTT 3. */
    private static int returnCode(ReasonCode reason) {
        return switch (reason) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> 5;
            default -> 3;
        };
    }

    static int length(ConnAck packet, MqttVersion version) {
        return version != MqttVersion.V5
                ? 2
                : 2 + properties(packet.properties(), PropertyWriter.counting()).fieldLength();
    }

    static void write(ConnAck packet, MqttVersion version, ByteBuf out) {
        ReasonCode reason = packet.reason();
        if (packet.sessionPresent() && reason != ReasonCode.SUCCESS) {
            throw new IllegalArgumentException("Session Present with " + reason); // MQTT5-3.2.2-6
        }
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(PacketType.CONNACK), length(packet, version));
        out.writeByte(packet.sessionPresent() && version != MqttVersion.V3_1 ? 1 : 0);
        int code = ReasonTable.CONNACK.code(reason);
        if (version == MqttVersion.V5) {
            out.writeByte(code);
            VariableByteInteger.write(
                    out,
                    properties(packet.properties(), PropertyWriter.counting()).length());
            properties(packet.properties(), PropertyWriter.to(out));
        } else {
            out.writeByte(returnCode(reason));
        }
    }

    private static PropertyWriter properties(ConnAck.Properties p, PropertyWriter out) {
        if (p.sessionExpirySeconds() != ConnAck.Properties.ABSENT) {
            out.u32(Property.SESSION_EXPIRY_INTERVAL, p.sessionExpirySeconds());
        }
        if (p.receiveMaximum() != 65_535) {
            out.u16(Property.RECEIVE_MAXIMUM, p.receiveMaximum());
        }
        if (p.maximumQos() != Qos.EXACTLY_ONCE) { // MQTT5-3.2.2-9; 2 is not a legal value
            out.u8(Property.MAXIMUM_QOS, p.maximumQos().level());
        }
        available(p.retainAvailable(), Property.RETAIN_AVAILABLE, out);
        if (p.maximumPacketSize() != Connect.NO_LIMIT) {
            out.u32(Property.MAXIMUM_PACKET_SIZE, p.maximumPacketSize());
        }
        out.utf8(Property.ASSIGNED_CLIENT_IDENTIFIER, p.assignedClientId());
        if (p.topicAliasMaximum() != 0) {
            out.u16(Property.TOPIC_ALIAS_MAXIMUM, p.topicAliasMaximum());
        }
        out.utf8(Property.REASON_STRING, p.reasonString()).userProperties(p.userProperties());
        available(p.wildcardSubscriptionAvailable(), Property.WILDCARD_SUBSCRIPTION_AVAILABLE, out);
        available(p.subscriptionIdentifiersAvailable(), Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, out);
        available(p.sharedSubscriptionAvailable(), Property.SHARED_SUBSCRIPTION_AVAILABLE, out);
        if (p.serverKeepAliveSeconds() != ConnAck.Properties.ABSENT) {
            out.u16(Property.SERVER_KEEP_ALIVE, p.serverKeepAliveSeconds());
        }
        return out.utf8(Property.RESPONSE_INFORMATION, p.responseInformation())
                .utf8(Property.SERVER_REFERENCE, p.serverReference())
                .utf8(Property.AUTHENTICATION_METHOD, p.authenticationMethod())
                .binary(Property.AUTHENTICATION_DATA, p.authenticationData());
    }

    private static void available(boolean available, Property property, PropertyWriter out) {
        if (!available) {
            out.u8(property, 0);
        }
    }

    /** The properties of a CONNACK, at their defaults until read. */
    private static final class ConnAckProperties {
        private long sessionExpirySeconds = ConnAck.Properties.ABSENT;
        private int receiveMaximum = 65_535;
        private Qos maximumQos = Qos.EXACTLY_ONCE;
        private boolean retainAvailable = true;
        private long maximumPacketSize = Connect.NO_LIMIT;
        private @Nullable String assignedClientId;
        private int topicAliasMaximum;
        private @Nullable String reasonString;
        private List<UserProperty> userProperties = List.of();
        private boolean wildcardSubscriptionAvailable = true;
        private boolean subscriptionIdentifiersAvailable = true;
        private boolean sharedSubscriptionAvailable = true;
        private int serverKeepAliveSeconds = ConnAck.Properties.ABSENT;
        private @Nullable String responseInformation;
        private @Nullable String serverReference;
        private @Nullable String authenticationMethod;
        private byte @Nullable [] authenticationData;

        ConnAck.Properties read(PropertyReader in) throws ProtocolException {
            for (Property property; (property = in.next()) != null; ) {
                switch (property) {
                    case SESSION_EXPIRY_INTERVAL -> sessionExpirySeconds = in.u32(property);
                    case RECEIVE_MAXIMUM ->
                        receiveMaximum = in.positive16(property, ReasonCode.PROTOCOL_ERROR, "U5-03");
                    case MAXIMUM_QOS -> maximumQos = available(property, in) ? Qos.AT_LEAST_ONCE : Qos.AT_MOST_ONCE;
                    case RETAIN_AVAILABLE -> retainAvailable = available(property, in);
                    case MAXIMUM_PACKET_SIZE ->
                        maximumPacketSize = in.positive32(property, ReasonCode.PROTOCOL_ERROR, "U5-04");
                    case ASSIGNED_CLIENT_IDENTIFIER -> assignedClientId = in.utf8(property);
                    case TOPIC_ALIAS_MAXIMUM -> topicAliasMaximum = in.u16(property);
                    case REASON_STRING -> reasonString = in.utf8(property);
                    case WILDCARD_SUBSCRIPTION_AVAILABLE -> wildcardSubscriptionAvailable = available(property, in);
                    case SUBSCRIPTION_IDENTIFIER_AVAILABLE ->
                        subscriptionIdentifiersAvailable = available(property, in);
                    case SHARED_SUBSCRIPTION_AVAILABLE -> sharedSubscriptionAvailable = available(property, in);
                    case SERVER_KEEP_ALIVE -> serverKeepAliveSeconds = in.u16(property);
                    case RESPONSE_INFORMATION -> responseInformation = in.utf8(property);
                    case SERVER_REFERENCE -> serverReference = in.utf8(property);
                    case AUTHENTICATION_METHOD -> authenticationMethod = in.utf8(property);
                    case AUTHENTICATION_DATA -> authenticationData = in.binary(property);
                    default -> userProperties = in.userProperty(userProperties);
                }
            }
            return new ConnAck.Properties(
                    sessionExpirySeconds,
                    receiveMaximum,
                    maximumQos,
                    retainAvailable,
                    maximumPacketSize,
                    assignedClientId,
                    topicAliasMaximum,
                    reasonString,
                    userProperties,
                    wildcardSubscriptionAvailable,
                    subscriptionIdentifiersAvailable,
                    sharedSubscriptionAvailable,
                    serverKeepAliveSeconds,
                    responseInformation,
                    serverReference,
                    authenticationMethod,
                    authenticationData);
        }

        private static boolean available(Property property, PropertyReader in) throws ProtocolException {
            return in.flag(property, ReasonCode.PROTOCOL_ERROR, "U5-07");
        }
    }
}
