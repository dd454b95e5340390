package io.chasqui.broker.connection;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Auth;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UnsubAck;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A client without a socket: speaks to its {@link Connection} as a transport does, and writes down the answers. */
final class Peer implements Wire {
    final Connection connection;
    final List<Packet> packets = new ArrayList<>();
    long unsentBytes;

    boolean writable = true;
    boolean closed;
    private final Queue<Packet> unread = new ArrayDeque<>(); // sent while the broker did not read
    private final List<String> got = new ArrayList<>();
    private final Connect connect;
    private int pauses;

    Peer(House house, Connect connect) {
        this.connect = connect;
        connection = house.home(connect.clientId())
                .open(
                        connect,
                        this,
                        io.chasqui.broker.auth.Peer.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000)),
                        "mqtt");
    }

    boolean isPaused() {
        return pauses > 0;
    }

    void send(Packet... sent) {
        unread.addAll(List.of(sent));
        read();
    }

    private void read() {
        while (!unread.isEmpty() && pauses == 0 && !closed) {
            try {
                connection.onPacket(unread.remove());
            } catch (ProtocolException e) {
                connection.onFault(e);
            }
            connection.onReceived();
        }
    }

    void subscribe(int packetId, String filter, Qos qos) {
        subscribe(packetId, filter, new SubscriptionOptions(qos));
    }

    void subscribe(int packetId, String filter, SubscriptionOptions options) {
        send(new Subscribe(packetId, List.of(new Subscribe.Entry(filter, options))));
    }

    void publish(String topic, String payload, Qos qos, int packetId) {
        send(new Publish(false, qos, false, TopicName.of(topic), packetId, House.bytes(payload)));
    }

    void retain(String topic, String payload, Qos qos, int packetId) {
        send(new Publish(false, qos, true, TopicName.of(topic), packetId, House.bytes(payload)));
    }

    /** The network fails. */
    void vanish() {
        closed = true;
        connection.onClosed();
    }

    /** What has come since the last call. */
    List<String> take() {
        List<String> taken = List.copyOf(got);
        got.clear();
        return taken;
    }

    <P extends Packet> P last(Class<P> type) {
        return packets.reversed().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public boolean write(Packet packet) {
        assert !closed;
        long most = connect.maximumPacketSize();
        if (!PacketEncoder.encodeWithin(packet, connect.version(), most, Unpooled.buffer())) {
            return false;
        }
        packets.add(packet);
        got.add(text(packet));
        return true;
    }

    @Override
    public void publish(
            Message message,
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            long expirySeconds,
            int topicAlias,
            int[] subscriptionIds) {
        write(new Publish(
                dup,
                qos,
                retain,
                topic,
                packetId,
                message.properties(),
                expirySeconds,
                topicAlias,
                subscriptionIds,
                message.payload()));
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public long unsentBytes() {
        return unsentBytes;
    }

    @Override
    public void pauseReading() {
        pauses++;
    }

    @Override
    public void resumeReading() {
        pauses--;
        read();
    }

    @Override
    public void close() {
        closed = true;
    }

    private static String text(Packet packet) {
        return switch (packet) {
            case ConnAck ack -> "CONNACK " + ack.reason() + (ack.sessionPresent() ? " present" : "");
            case PubAck ack -> "PUBACK #" + ack.packetId() + " " + ack.reason();
            case PubRec rec -> "PUBREC #" + rec.packetId() + " " + rec.reason();
            case PubRel rel -> "PUBREL #" + rel.packetId() + " " + rel.reason();
            case PubComp comp -> "PUBCOMP #" + comp.packetId() + " " + comp.reason();
            case SubAck ack -> "SUBACK #" + ack.packetId() + " " + ack.reasons();
            case UnsubAck ack -> "UNSUBACK #" + ack.packetId() + " " + ack.reasons();
            case Disconnect disconnect -> "DISCONNECT " + disconnect.reason();
            case Auth auth -> "AUTH " + auth.reason() + " " + auth.method() + " " + text(auth.data());
            case Publish publish -> text(publish);
            default -> packet.getClass().getSimpleName();
        };
    }

    private static String text(byte @Nullable [] data) {
        return data == null ? "-" : new String(data, StandardCharsets.UTF_8);
    }

    private static String text(Publish publish) {
        return publish.topic() + "=" + new String(publish.payload(), StandardCharsets.UTF_8) + " q"
                + publish.qos().level()
                + (publish.packetId() == 0 ? "" : " #" + publish.packetId())
                + (publish.dup() ? " dup" : "")
                + (publish.retain() ? " retain" : "")
                + (publish.topicAlias() == 0 ? "" : " alias " + publish.topicAlias())
                + (publish.messageExpirySeconds() == Publish.ABSENT ? "" : " expiry " + publish.messageExpirySeconds())
                + (publish.subscriptionIds().length == 0 ? "" : " " + Arrays.toString(publish.subscriptionIds()));
    }
}
