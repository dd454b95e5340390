package io.chasqui.protocol;

import io.chasqui.protocol.Property.Place;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CONNECT, section 3.1, and the Will in it. Protocol Name and Level are read by {@link PacketDecoder}, which keeps them. */
final class ConnectCodec {
    /** The top bit of the level byte, by which mosquitto and its ancestors say that they are a bridge (MQTT 3 only). */
    static final int BRIDGE = 0x80;

    private static final int USER_NAME = 0b1000_0000;
    private static final int PASSWORD = 0b0100_0000;
    private static final int WILL_RETAIN = 0b0010_0000;
    private static final int WILL_QOS = 0b0001_1000;
    private static final int WILL = 0b0000_0100;
    private static final int CLEAN_START = 0b0000_0010;
    private static final int RESERVED = 0b0000_0001;

    private ConnectCodec() {}

    /** Reads what follows the level byte. */
    static Connect read(BodyReader in, MqttVersion version, boolean bridge) throws ProtocolException {
        int flags = in.u8("Connect Flags");
        checkFlags(flags, version);
        int keepAliveSeconds = in.u16("Keep Alive");
        boolean cleanStart = (flags & CLEAN_START) != 0;
        ConnectProperties properties = new ConnectProperties(version, cleanStart);
        if (version == MqttVersion.V5) {
            properties.read(in.properties(Place.CONNECT));
        }
        String clientId = in.utf8("Client Identifier");
        Will will = (flags & WILL) != 0 ? readWill(flags, in, version) : null;
        boolean mayEnd = version == MqttVersion.V3_1; // it lets Remaining Length win over the two flags
        String userName = null;
        if ((flags & USER_NAME) != 0 && !(mayEnd && in.remaining() == 0)) {
            userName = in.utf8("User Name");
        }
        byte[] password = null;
        if ((flags & PASSWORD) != 0 && !(mayEnd && in.remaining() == 0)) {
            password = in.binary("Password");
        }
        return new Connect(
                version,
                bridge,
                cleanStart,
                keepAliveSeconds,
                clientId,
                will,
                userName,
                password,
                properties.sessionExpirySeconds,
                properties.receiveMaximum,
                properties.maximumPacketSize,
                properties.topicAliasMaximum,
                properties.requestResponseInformation,
                properties.requestProblemInformation,
                properties.authenticationMethod,
                properties.authenticationData,
                properties.userProperties);
    }

    private static void checkFlags(int flags, MqttVersion version) throws ProtocolException {
        if ((flags & RESERVED) != 0 && version != MqttVersion.V3_1) {
            throw malformed("MQTT5-3.1.2-3", "the reserved Connect Flag is 1");
        }
        if ((flags & WILL_QOS) == WILL_QOS) {
            throw malformed("MQTT5-3.1.2-12", "both Will QoS bits are 1");
        }
        if ((flags & WILL) == 0 && (flags & WILL_QOS) != 0) {
            throw malformed("MQTT5-3.1.2-11", "Will QoS without Will Flag");
        }
        if ((flags & WILL) == 0 && (flags & WILL_RETAIN) != 0) {
            throw malformed("MQTT5-3.1.2-13", "Will Retain without Will Flag");
        }
        if (version != MqttVersion.V5 && (flags & (USER_NAME | PASSWORD)) == PASSWORD) {
            throw malformed("MQTT3-3.1.2-22", "a password without a user name");
        }
    }

    private static ProtocolException malformed(String statement, String detail) {
        return new ProtocolException(ReasonCode.MALFORMED_PACKET, statement, detail);
    }

    private static Will readWill(int flags, BodyReader in, MqttVersion version) throws ProtocolException {
        long delaySeconds = 0;
        long messageExpirySeconds = Publish.ABSENT;
        MessageProperties message = null;
        if (version == MqttVersion.V5) {
            PropertyReader properties = in.properties(Place.WILL);
            for (Property property; (property = properties.next()) != null; ) {
                switch (property) {
                    case WILL_DELAY_INTERVAL -> delaySeconds = properties.u32(property);
                    case MESSAGE_EXPIRY_INTERVAL -> messageExpirySeconds = properties.u32(property);
                    default -> {
                        message = message == null ? new MessageProperties() : message;
                        message.read(property, properties);
                    }
                }
            }
        }
        TopicName topic = in.topicName(TopicNames.UNCACHED, "Will Topic");
        if (topic.isEmpty()) {
            throw malformed("MQTT5-4.7.3-1", "empty Will Topic");
        }
        return new Will(
                Qos.of((flags & WILL_QOS) >> 3),
                (flags & WILL_RETAIN) != 0,
                topic,
                message == null ? PublishProperties.NONE : message.toPublishProperties(),
                delaySeconds,
                messageExpirySeconds,
                in.binary("Will Payload"));
    }

    static int length(Connect packet) {
        MqttVersion version = packet.version();
        int length = Utf8.fieldLength(version.protocolName()) + 4 + Utf8.fieldLength(packet.clientId());
        if (version == MqttVersion.V5) {
            length += properties(packet, PropertyWriter.counting()).fieldLength();
        }
        Will will = packet.will();
        if (will != null) {
            if (version == MqttVersion.V5) {
                int propertyLength = willPropertyLength(will);
                length += VariableByteInteger.length(propertyLength) + propertyLength;
            }
            length += 2 + will.topic().utf8().length + 2 + will.payload().length;
        }
        String userName = packet.userName();
        byte[] password = packet.password();
        return length
                + (userName == null ? 0 : Utf8.fieldLength(userName))
                + (password == null ? 0 : 2 + password.length);
    }

    static void write(Connect packet, ByteBuf out) {
        MqttVersion version = packet.version();
        String userName = packet.userName();
        byte[] password = packet.password();
        if (password != null && userName == null && version != MqttVersion.V5) {
            throw new IllegalArgumentException("MQTT 3 takes no password without a user name"); // MQTT3-3.1.2-22
        }
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(PacketType.CONNECT), length(packet));
        Utf8.write(out, version.protocolName());
        out.writeByte(version.level() | (packet.bridge() ? BRIDGE : 0));
        out.writeByte(flags(packet));
        out.writeShort(packet.keepAliveSeconds());
        if (version == MqttVersion.V5) {
            VariableByteInteger.write(
                    out, properties(packet, PropertyWriter.counting()).length());
            properties(packet, PropertyWriter.to(out));
        }
        Utf8.write(out, packet.clientId());
        Will will = packet.will();
        if (will != null) {
            writeWill(will, version, out);
        }
        if (userName != null) {
            Utf8.write(out, userName);
        }
        if (password != null) {
            Utf8.write(out, password);
        }
    }

    private static int flags(Connect packet) {
        int flags = (packet.cleanStart() ? CLEAN_START : 0)
                | (packet.userName() != null ? USER_NAME : 0)
                | (packet.password() != null ? PASSWORD : 0);
        Will will = packet.will();
        return will == null ? flags : flags | WILL | will.qos().level() << 3 | (will.retain() ? WILL_RETAIN : 0);
    }

    private static PropertyWriter properties(Connect packet, PropertyWriter out) {
        if (packet.sessionExpirySeconds() != 0) {
            out.u32(Property.SESSION_EXPIRY_INTERVAL, packet.sessionExpirySeconds());
        }
        if (packet.receiveMaximum() != 65_535) {
            out.u16(Property.RECEIVE_MAXIMUM, packet.receiveMaximum());
        }
        if (packet.maximumPacketSize() != Connect.NO_LIMIT) {
            out.u32(Property.MAXIMUM_PACKET_SIZE, packet.maximumPacketSize());
        }
        if (packet.topicAliasMaximum() != 0) {
            out.u16(Property.TOPIC_ALIAS_MAXIMUM, packet.topicAliasMaximum());
        }
        if (packet.requestResponseInformation()) {
            out.u8(Property.REQUEST_RESPONSE_INFORMATION, 1);
        }
        if (!packet.requestProblemInformation()) {
            out.u8(Property.REQUEST_PROBLEM_INFORMATION, 0);
        }
        return out.utf8(Property.AUTHENTICATION_METHOD, packet.authenticationMethod())
                .binary(Property.AUTHENTICATION_DATA, packet.authenticationData())
                .userProperties(packet.userProperties());
    }

    private static void writeWill(Will will, MqttVersion version, ByteBuf out) {
        if (version == MqttVersion.V5) {
            VariableByteInteger.write(out, willPropertyLength(will));
            ownWillProperties(will, PropertyWriter.to(out));
            out.writeBytes(will.properties().encoded());
        }
        Utf8.write(out, will.topic().utf8());
        Utf8.write(out, will.payload());
    }

    private static int willPropertyLength(Will will) {
        return ownWillProperties(will, PropertyWriter.counting()).length()
                + will.properties().encoded().length;
    }

    private static PropertyWriter ownWillProperties(Will will, PropertyWriter out) {
        if (will.delaySeconds() != 0) {
            out.u32(Property.WILL_DELAY_INTERVAL, will.delaySeconds());
        }
        if (will.messageExpirySeconds() != Publish.ABSENT) {
            out.u32(Property.MESSAGE_EXPIRY_INTERVAL, will.messageExpirySeconds());
        }
        return out;
    }

    /** The properties of a CONNECT, at their defaults until read. */
    private static final class ConnectProperties {
        long sessionExpirySeconds;
        int receiveMaximum = 65_535;
        long maximumPacketSize = Connect.NO_LIMIT;
        int topicAliasMaximum;
        boolean requestResponseInformation;
        boolean requestProblemInformation = true;

        @Nullable
        String authenticationMethod;

        byte @Nullable [] authenticationData;
        List<UserProperty> userProperties = List.of();

        ConnectProperties(MqttVersion version, boolean cleanStart) {
            sessionExpirySeconds = cleanStart || version == MqttVersion.V5 ? 0 : Connect.NEVER_EXPIRES;
        }

        void read(PropertyReader in) throws ProtocolException {
            for (Property property; (property = in.next()) != null; ) {
                switch (property) {
                    case SESSION_EXPIRY_INTERVAL -> sessionExpirySeconds = in.u32(property);
                    case RECEIVE_MAXIMUM ->
                        receiveMaximum = in.positive16(property, ReasonCode.PROTOCOL_ERROR, "U5-03");
                    case MAXIMUM_PACKET_SIZE ->
                        maximumPacketSize = in.positive32(property, ReasonCode.PROTOCOL_ERROR, "U5-04");
                    case TOPIC_ALIAS_MAXIMUM -> topicAliasMaximum = in.u16(property);
                    case REQUEST_RESPONSE_INFORMATION ->
                        requestResponseInformation = in.flag(property, ReasonCode.PROTOCOL_ERROR, "U5-05");
                    case REQUEST_PROBLEM_INFORMATION ->
                        requestProblemInformation = in.flag(property, ReasonCode.PROTOCOL_ERROR, "U5-05");
                    case AUTHENTICATION_METHOD -> authenticationMethod = in.utf8(property);
                    case AUTHENTICATION_DATA -> authenticationData = in.binary(property);
                    default -> userProperties = in.userProperty(userProperties);
                }
            }
            if (authenticationData != null && authenticationMethod == null) {
                throw new ProtocolException(
                        ReasonCode.PROTOCOL_ERROR, "U5-06", "Authentication Data without Authentication Method");
            }
        }
    }
}
