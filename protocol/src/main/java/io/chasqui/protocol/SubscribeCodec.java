package io.chasqui.protocol;

import io.chasqui.protocol.Property.Place;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE, section 3.8. */
final class SubscribeCodec {
    private static final int NO_LOCAL = 0b0100;
    private static final int RETAIN_AS_PUBLISHED = 0b1000;

    /** The 36 options that there are, by their bits: a server with a million subscriptions keeps a million of them. */
    private static final @Nullable SubscriptionOptions[] OPTIONS = new @Nullable SubscriptionOptions[0b0100_0000];

    static {
        for (RetainHandling retainHandling : RetainHandling.values()) {
            for (Qos qos : Qos.values()) {
                for (int flags = 0; flags <= (NO_LOCAL | RETAIN_AS_PUBLISHED); flags += NO_LOCAL) {
                    SubscriptionOptions options = new SubscriptionOptions(
                            qos, (flags & NO_LOCAL) != 0, (flags & RETAIN_AS_PUBLISHED) != 0, retainHandling);
                    OPTIONS[optionBits(options, MqttVersion.V5)] = options;
                }
            }
        }
    }

    private SubscribeCodec() {}

    static Subscribe read(BodyReader in, MqttVersion version) throws ProtocolException {
        int packetId = in.packetId();
        int subscriptionId = 0;
        List<UserProperty> userProperties = List.of();
        if (version == MqttVersion.V5) {
            PropertyReader properties = in.properties(Place.SUBSCRIBE);
            for (Property property; (property = properties.next()) != null; ) {
                switch (property) {
                    case SUBSCRIPTION_IDENTIFIER -> subscriptionId = properties.subscriptionId();
                    default -> userProperties = properties.userProperty(userProperties);
                }
            }
        }
        List<Subscribe.Entry> entries = new ArrayList<>();
        while (in.remaining() > 0) {
            String filter = in.utf8("Topic Filter");
            int options = in.u8("Subscription Options");
            entries.add(new Subscribe.Entry(filter, version == MqttVersion.V5 ? options(options) : options3(options)));
        }
        if (entries.isEmpty()) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-3.8.3-2", "SUBSCRIBE without a Topic Filter");
        }
        return new Subscribe(packetId, subscriptionId, entries, userProperties);
    }

    private static SubscriptionOptions options(int bits) throws ProtocolException {
        if ((bits & 0b1100_0000) != 0) {
            throw new ProtocolException(
                    ReasonCode.MALFORMED_PACKET, "MQTT5-3.8.3-5", "reserved bits in Subscription Options " + bits);
        }
        SubscriptionOptions options = OPTIONS[bits];
        if (options == null) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "U5-09", "Subscription Options " + bits);
        }
        return options;
    }

    /** Requested QoS of MQTT 3, a byte whose other bits are reserved. */
    private static SubscriptionOptions options3(int qos) throws ProtocolException {
        if (qos > 2) {
            throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "MQTT3-3.8.3-4", "Requested QoS " + qos);
        }
        return options(qos);
    }

    static int length(Subscribe packet, MqttVersion version) {
        int length = 2
                + (version == MqttVersion.V5
                        ? properties(packet, PropertyWriter.counting()).fieldLength()
                        : 0);
        for (Subscribe.Entry entry : packet.entries()) {
            length += Utf8.fieldLength(entry.filter()) + 1;
        }
        return length;
    }

    static void write(Subscribe packet, MqttVersion version, ByteBuf out) {
        VariableByteInteger.writeFixedHeader(out, PacketType.firstByte(PacketType.SUBSCRIBE), length(packet, version));
        out.writeShort(packet.packetId());
        if (version == MqttVersion.V5) {
            VariableByteInteger.write(
                    out, properties(packet, PropertyWriter.counting()).length());
            properties(packet, PropertyWriter.to(out));
        }
        for (Subscribe.Entry entry : packet.entries()) {
            Utf8.write(out, entry.filter());
            out.writeByte(optionBits(entry.options(), version));
        }
    }

    private static PropertyWriter properties(Subscribe packet, PropertyWriter out) {
        if (packet.subscriptionId() != 0) {
            out.variableByteInteger(Property.SUBSCRIPTION_IDENTIFIER, packet.subscriptionId());
        }
        return out.userProperties(packet.userProperties());
    }

    private static int optionBits(SubscriptionOptions options, MqttVersion version) {
        int qos = options.qos().level();
        return version != MqttVersion.V5
                ? qos
                : qos
                        | (options.noLocal() ? NO_LOCAL : 0)
                        | (options.retainAsPublished() ? RETAIN_AS_PUBLISHED : 0)
                        | options.retainHandling().ordinal() << 4;
    }
}
