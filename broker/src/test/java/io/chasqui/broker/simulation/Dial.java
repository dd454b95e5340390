package io.chasqui.broker.simulation;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.TopicNames;
import io.chasqui.protocol.Unsubscribe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One connection as its client sees it: bytes to packets and back, and what does not outlive it. */
final class Dial implements Line.Client {
    final Connect connect;
    final ArrayDeque<Packet> acks = new ArrayDeque<>(); // to be sent, in this order
    final Set<Integer> unacknowledged = new HashSet<>(); // what we were sent here and have not acknowledged
    final Map<Integer, Subscribe> subscribes = new HashMap<>();
    final Map<Integer, Unsubscribe> unsubscribes = new HashMap<>();
    final Map<TopicName, Integer> aliases = new HashMap<>(); // ours
    boolean accepted;
    boolean over; // nothing is sent or heard any more
    boolean stalled;
    boolean acknowledging; // an event for it is set
    final ArrayDeque<Integer> again = new ArrayDeque<>(); // Packet Identifiers still to be sent again
    int quota = 65_535; // QoS 1 and 2 messages that we may still send
    int aliasMaximum;
    private final Set<Integer> charged = new HashSet<>(); // messages sent here that take a place in the server's window
    private final Device device;
    private final Map<Integer, TopicName> serverAliases = new HashMap<>();
    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Role.CLIENT, Connect.NO_LIMIT, TopicNames.UNCACHED);
    private final ByteBuf received = Unpooled.buffer();
    private @Nullable Line line;

    Dial(Device device, Connect connect) {
        this.device = device;
        this.connect = connect;
        decoder.version(connect.version());
    }

    void begin(Line to) {
        line = to;
        send(connect);
    }

    Line line() {
        if (line == null) {
            throw new IllegalStateException("not begun");
        }
        return line;
    }

    boolean isV5() {
        return connect.version() == MqttVersion.V5;
    }

    void send(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, connect.version(), out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        line().send(bytes);
    }

    /** A message takes a place in the server's window. */
    void charge(int packetId) {
        charged.add(packetId);
        quota--;
    }

    /** It gives it back, if it was sent on this connection: a PUBCOMP may answer what was begun on another. */
    void discharge(int packetId) {
        quota += charged.remove(packetId) ? 1 : 0;
    }

    /** The topic of a PUBLISH from the server. */
    TopicName resolve(Publish publish) {
        int alias = publish.topicAlias();
        Violation.unless(
                alias <= connect.topicAliasMaximum(), "Topic Alias Maximum", alias + " to " + connect.clientId());
        if (alias == 0) {
            return publish.topic();
        }
        if (publish.topic() != TopicName.EMPTY) {
            serverAliases.put(alias, publish.topic());
        }
        TopicName topic = serverAliases.get(alias);
        Violation.unless(
                topic != null, "Topic Aliases are set before they are used", alias + " to " + connect.clientId());
        return topic;
    }

    @Override
    public void onBytes(byte[] bytes) {
        if (over) {
            return;
        }
        received.writeBytes(bytes);
        try {
            Packet packet;
            while (!over) {
                int before = received.readerIndex();
                packet = decoder.decode(received);
                if (packet == null) {
                    break;
                }
                int length = received.readerIndex() - before;
                Violation.unless(length <= connect.maximumPacketSize(), "Maximum Packet Size", length + ": " + packet);
                device.onPacket(this, packet);
                Violation.unless(
                        !over || !(packet instanceof Disconnect) || !received.isReadable(),
                        "nothing after DISCONNECT",
                        "to " + connect.clientId());
            }
        } catch (ProtocolException e) {
            throw new Violation("what the server sends can be read", e.getMessage());
        }
        received.discardReadBytes();
    }

    @Override
    public void onEnd() {
        if (!over) {
            over = true;
            line().close();
        }
    }
}
