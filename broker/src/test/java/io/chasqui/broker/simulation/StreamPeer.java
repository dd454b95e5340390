package io.chasqui.broker.simulation;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One connection that a fuzzer sends bytes on. Whatever these are, what comes back can be read, and is within what its CONNECT
 * allows.
 */
final class StreamPeer implements Line.Client {
    private final ServerEnd end;
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final ByteBuf unread = Unpooled.buffer();
    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Role.CLIENT, Connect.NO_LIMIT, TopicNames.UNCACHED);
    private final Set<Integer> aliases = new HashSet<>(); // the server's
    final Map<Integer, Qos> inFlight = new HashMap<>(); // sent here and not finished, by Packet Identifier
    final Set<Integer> released = new HashSet<>(); // of these, PUBREC has come
    boolean accepted;
    boolean accused;
    boolean saidGoodbye; // either side has sent DISCONNECT
    boolean closed;
    private @Nullable Line line;

    StreamPeer(ServerEnd end) {
        this.end = end;
    }

    void begin(Line to) {
        line = to;
    }

    Line line() {
        if (line == null) {
            throw new IllegalStateException("not begun");
        }
        return line;
    }

    boolean isDone() {
        return end.isDone();
    }

    /** As CONNECT said it; empty before it, and where the broker assigns one. */
    String clientId() {
        Connect connect = end.connect();
        return connect == null ? "" : connect.clientId();
    }

    byte[] received() {
        return all.toByteArray();
    }

    /** What a client has done wrong, or its farewell, ends the connection at once. */
    void checkClosed() {
        Violation.unless(isDone() || !accused && !saidGoodbye, "the broker closes what must be closed", this::toString);
    }

    /** All that the broker knows of is closed in the end. */
    void checkOver() {
        Violation.unless(isDone() || end.connect() == null, "the Keep Alive ends a silent connection", this::toString);
    }

    @Override
    public void onBytes(byte[] bytes) {
        all.writeBytes(bytes);
        Connect connect = end.connect();
        if (connect == null) {
            Violation.unless(all.toByteArray()[0] == 0x20, "without a CONNECT only CONNACK is sent", this::toString);
            return;
        }
        decoder.version(connect.version());
        unread.writeBytes(bytes);
        try {
            while (true) {
                int before = unread.readerIndex();
                Packet packet = decoder.decode(unread);
                if (packet == null) {
                    break;
                }
                int length = unread.readerIndex() - before;
                Violation.unless(
                        length <= connect.maximumPacketSize(), "Maximum Packet Size", () -> length + ": " + packet);
                if (packet instanceof Publish publish) {
                    checkAlias(publish, connect);
                }
            }
        } catch (ProtocolException e) {
            throw new Violation("what the server sends can be read", e.getMessage());
        }
        unread.discardReadBytes();
    }

    private void checkAlias(Publish publish, Connect connect) {
        int alias = publish.topicAlias();
        Violation.unless(alias <= connect.topicAliasMaximum(), "Topic Alias Maximum", () -> alias + " on " + this);
        boolean known = publish.topic() == TopicName.EMPTY ? aliases.contains(alias) : alias == 0 || aliases.add(alias);
        Violation.unless(
                known || publish.topic() != TopicName.EMPTY,
                "Topic Aliases are set before they are used",
                this::toString);
    }

    @Override
    public void onEnd() {
        line().close();
    }

    @Override
    public String toString() {
        return end + " with " + end.connect();
    }
}
