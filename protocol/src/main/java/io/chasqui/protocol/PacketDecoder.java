package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads packets from the bytes of one Network Connection. Holds what decoding depends on: the version, once CONNECT has
 * said it, and the largest packet that is taken. Confined to the thread of its connection.
 */
public final class PacketDecoder {
    /** Which end of the connection decodes: some packets and properties are allowed in one direction only. */
    public enum Role {
        SERVER,
        CLIENT
    }

    private static final int DUP = 0b1000;

    private final Role role;
    private final long maximumPacketSize; // bytes, fixed header included
    private final BodyReader body = new BodyReader();
    private TopicNames topics;
    private @Nullable MqttVersion version;
    private @Nullable MqttVersion answerVersion;

    /** @param maximumPacketSize bytes of a whole packet; {@link Connect#NO_LIMIT} for what the protocol allows */
    public PacketDecoder(Role role, long maximumPacketSize, TopicNames topics) {
        this.role = role;
        this.maximumPacketSize = maximumPacketSize;
        this.topics = topics;
    }

    /** Changes the table of topics: a connection that moves to another thread takes that thread's. */
    public void topics(TopicNames topics) {
        this.topics = topics;
    }

    /** For a client, which knows its version; a server's decoder learns it from CONNECT. */
    public void version(MqttVersion version) {
        this.version = version;
        this.answerVersion = version;
    }

    /** The version of the conversation, or null before CONNECT. It is known even when the rest of CONNECT is malformed. */
    public @Nullable MqttVersion version() {
        return version;
    }

    /**
     * The version in whose form a CONNECT that could not be decoded may be answered: that of the conversation, or for a
     * version that is not served (UNSUPPORTED_PROTOCOL_VERSION) the one that such a peer will understand best.
     *
     * @return null when the peer did not say that it speaks MQTT; then the connection is closed without an answer
     */
    public @Nullable MqttVersion answerVersion() {
        return answerVersion;
    }

    /**
     * Reads the next packet if all of it is there.
     *
     * @param in bytes received; the reader index moves past the packet that is returned and is not moved otherwise
     * @return the packet, or null when {@code in} ends before the packet does
     * @throws ProtocolException when the bytes break the standard or the packet is too large, which is known from its fixed
     *     header, before anything is buffered. The connection must be closed; the decoder is not to be used again.
     */
    public @Nullable Packet decode(ByteBuf in) throws ProtocolException {
        try {
            return decodeNext(in);
        } catch (ProtocolException e) {
            throw version == null || version == MqttVersion.V5 ? e : StatementTwins.inMqtt3(e);
        }
    }

    private @Nullable Packet decodeNext(ByteBuf in) throws ProtocolException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available < 2) {
            return null;
        }
        int firstByte = in.getUnsignedByte(start);
        checkFirstByte(firstByte);

        int remainingLength = 0;
        int header = 1;
        for (int b = 0x80, shift = 0; b >= 0x80; shift += 7) {
            if (shift == 28) {
                throw new ProtocolException(
                        ReasonCode.MALFORMED_PACKET, "MQTT5-1.5.5-1", "Remaining Length goes on after its fourth byte");
            }
            if (header == available) {
                return null;
            }
            b = in.getUnsignedByte(start + header++);
            remainingLength |= (b & 0x7F) << shift;
        }
        int bodyStart = start + header;
        long size = (long) header + remainingLength;
        if (size > maximumPacketSize) {
            throw new ProtocolException(
                    ReasonCode.PACKET_TOO_LARGE,
                    role == Role.SERVER ? "U5-12" : "U5-23",
                    "a packet of " + size + " bytes, of at most " + maximumPacketSize);
        }
        if (available < size) {
            return null;
        }
        body.open(in, bodyStart, bodyStart + remainingLength);
        Packet packet = decodeBody(firstByte);
        body.close();
        if (header > 2 && header - 1 > VariableByteInteger.length(remainingLength) && version == MqttVersion.V5) {
            // Not known of a CONNECT before its version is read, and MQTT 3 does not ask for the shortest form.
            throw new ProtocolException(
                    ReasonCode.MALFORMED_PACKET, "MQTT5-1.5.5-1", "Remaining Length is longer than needed");
        }
        in.readerIndex(bodyStart + remainingLength);
        return packet;
    }

    private Packet decodeBody(int firstByte) throws ProtocolException {
        int type = firstByte >> 4;
        MqttVersion version = this.version;
        if (version == null || type == PacketType.CONNECT) {
            return decodeConnect();
        }
        return switch (type) {
            case PacketType.PUBLISH -> PublishCodec.read(firstByte & 0x0F, body, version, role, topics);
            case PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP ->
                AckCodec.read(type, body, version);
            case PacketType.PINGREQ -> PingReq.INSTANCE;
            case PacketType.PINGRESP -> PingResp.INSTANCE;
            case PacketType.SUBSCRIBE -> SubscribeCodec.read(body, version);
            case PacketType.SUBACK -> SubAckCodec.read(body, version);
            case PacketType.UNSUBSCRIBE -> UnsubscribeCodec.read(body, version);
            case PacketType.UNSUBACK -> UnsubAckCodec.read(body, version);
            case PacketType.DISCONNECT -> DisconnectCodec.read(body, version, role);
            case PacketType.CONNACK -> ConnAckCodec.read(body, version);
            case PacketType.AUTH -> AuthCodec.read(body, role);
            default -> throw new AssertionError(type); // checkFirstByte
        };
    }

    private Connect decodeConnect() throws ProtocolException {
        String name = body.utf8("Protocol Name");
        int level = body.u8("Protocol Level");
        MqttVersion asked = MqttVersion.of(name, level);
        boolean bridge = false;
        if (asked == null && (level & ConnectCodec.BRIDGE) != 0) {
            asked = MqttVersion.of(name, level & ~ConnectCodec.BRIDGE);
            bridge = asked != null && asked != MqttVersion.V5;
            asked = bridge ? asked : null;
        }
        if (version != null) { // a second CONNECT, for the connection to refuse; it does not change the conversation
            if (asked == null) {
                throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-3.1.0-2", "second CONNECT");
            }
            return ConnectCodec.read(body, asked, bridge);
        }
        if (asked == null) {
            boolean mqtt = name.equals(MqttVersion.V5.protocolName());
            if (mqtt || name.equals(MqttVersion.V3_1.protocolName())) {
                answerVersion = mqtt && level >= MqttVersion.V5.level() ? MqttVersion.V5 : MqttVersion.V3_1_1;
            }
            throw new ProtocolException(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    answerVersion == null
                            ? "MQTT5-3.1.2-1"
                            : answerVersion == MqttVersion.V5 ? "MQTT5-3.1.2-2" : "MQTT3-3.1.2-2",
                    "Protocol Name " + ProtocolException.quote(name) + ", level " + level);
        }
        version(asked);
        return ConnectCodec.read(body, asked, bridge);
    }

    /** What can be told from the first byte: whether this packet may come now, from there, with these flags. */
    private void checkFirstByte(int firstByte) throws ProtocolException {
        int type = firstByte >> 4;
        if (version == null) {
            if (role == Role.CLIENT) {
                throw new IllegalStateException("a client sets the version before it reads");
            }
            if (type != PacketType.CONNECT) {
                throw new ProtocolException(
                        ReasonCode.PROTOCOL_ERROR, "MQTT5-3.1.0-1", PacketType.name(type) + " before CONNECT");
            }
        }
        if (type == PacketType.PUBLISH) {
            return; // has no reserved flags, and either side sends it
        }
        if (type == 0 || type == PacketType.AUTH && version != MqttVersion.V5) {
            throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "MQTT5-4.13.1-1", PacketType.name(type));
        }
        if (!mayReceive(type)) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR,
                    "MQTT5-4.13.1-1",
                    PacketType.name(type) + (role == Role.SERVER ? " from a client" : " from a server"));
        }
        int flags = firstByte & 0x0F;
        int right = PacketType.flags(type);
        // MQTT 3.1 marks a repeated PUBREL, SUBSCRIBE or UNSUBSCRIBE
        if (flags != right && !(version == MqttVersion.V3_1 && right != 0 && flags == (right | DUP))) {
            throw new ProtocolException(
                    ReasonCode.MALFORMED_PACKET,
                    PacketType.flagsStatement(type),
                    PacketType.name(type) + " with flags " + flags);
        }
    }

    private boolean mayReceive(int type) {
        return switch (type) {
            case PacketType.CONNECT, PacketType.SUBSCRIBE, PacketType.UNSUBSCRIBE, PacketType.PINGREQ ->
                role == Role.SERVER;
            case PacketType.CONNACK, PacketType.SUBACK, PacketType.UNSUBACK, PacketType.PINGRESP -> role == Role.CLIENT;
            case PacketType.DISCONNECT -> role == Role.SERVER || version == MqttVersion.V5;
            default -> true;
        };
    }
}
