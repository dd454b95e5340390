package io.chasqui.broker.simulation;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that keeps to the protocol beside those that do not: it takes every message and acknowledges at once, and now and
 * then publishes one, which has to come back and be acknowledged.
 */
final class Bystander implements Line.Client {
    static final String CLIENT_ID = "bystander";
    private static final TopicName TOPIC = TopicName.of("bystander/tick");
    private static final int TICK_ID = 1;

    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Role.CLIENT, Connect.NO_LIMIT, TopicNames.UNCACHED);
    private final ByteBuf unread = Unpooled.buffer();
    private byte[] tick = {};
    private int ticks;
    private boolean subscribed;
    private boolean acknowledged;
    private boolean arrived;
    private @Nullable Line line;

    Bystander() {
        decoder.version(MqttVersion.V5);
    }

    Line line() {
        if (line == null) {
            throw new IllegalStateException("not begun");
        }
        return line;
    }

    void begin(Line to) {
        line = to;
        send(Connect.of(MqttVersion.V5, CLIENT_ID, true, 0));
    }

    /** Whether its subscription is made. */
    boolean isReady() {
        return subscribed;
    }

    void publish() {
        tick = ("tick " + ++ticks).getBytes(StandardCharsets.UTF_8);
        acknowledged = false;
        arrived = false;
        send(new Publish(
                false,
                Qos.AT_LEAST_ONCE,
                false,
                TOPIC,
                TICK_ID,
                PublishProperties.NONE,
                Publish.ABSENT,
                0,
                Publish.NO_IDS,
                tick));
    }

    /** Whether the last message has come back and was acknowledged. */
    boolean isServed() {
        return acknowledged && arrived;
    }

    private void send(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, MqttVersion.V5, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        line().send(bytes);
    }

    @Override
    public void onBytes(byte[] bytes) {
        unread.writeBytes(bytes);
        try {
            Packet packet;
            while ((packet = decoder.decode(unread)) != null) {
                onPacket(packet);
            }
        } catch (ProtocolException e) {
            throw new Violation("what the server sends can be read", e.getMessage());
        }
        unread.discardReadBytes();
    }

    private void onPacket(Packet packet) {
        switch (packet) {
            case ConnAck _ ->
                send(new Subscribe(
                        1,
                        0,
                        List.of(new Subscribe.Entry("#", new SubscriptionOptions(Qos.AT_LEAST_ONCE))),
                        List.of()));
            case SubAck _ -> subscribed = true;
            case Publish publish -> {
                arrived |= Arrays.equals(publish.payload(), tick);
                if (publish.qos() == Qos.AT_LEAST_ONCE) {
                    send(new PubAck(publish.packetId()));
                }
            }
            case PubAck ack -> { // somebody else may have had no room
                boolean may = ack.reason() == ReasonCode.SUCCESS || ack.reason() == ReasonCode.QUOTA_EXCEEDED;
                Violation.unless(may, "the bystander is served", ack.toString());
                acknowledged = true;
            }
            default -> throw new Violation("the bystander is served", packet.toString());
        }
    }

    @Override
    public void onEnd() {
        line().close();
    }
}
