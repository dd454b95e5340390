package io.chasqui.broker.simulation;

import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.connection.Connection;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.connection.Wire;
import io.chasqui.broker.message.Message;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a connection: what {@code transport.MqttHandler} is to a socket, this is to a {@link Pipe}. The very
 * same rules: bytes through the codec, the move to the home loop, one flush a turn, back pressure in both directions. On a
 * loop from the first byte on; the loop changes once.
 */
final class ServerEnd implements Wire {
    private static final Peer PEER = Peer.at(InetSocketAddress.createUnresolved("client", 1));

    private enum State {
        WAITING,
        MOVING,
        OPEN,
        CLOSED
    }

    private final String name;
    private final Engine engine;
    private final List<SimulatedLoop> loops;
    private final Witness witness;
    private final int outboundBytes; // beyond so many, the connection is not writable
    private final PacketDecoder decoder;
    private final ByteBuf received = Unpooled.buffer();
    private final ByteBuf turn = Unpooled.buffer(); // written in this turn
    private final ArrayDeque<Runnable> events = new ArrayDeque<>(); // of the network, not yet taken
    private SimulatedLoop loop;
    private State state = State.WAITING;
    private @Nullable Pipe down; // to the client
    private @Nullable Connection connection;
    private @Nullable Connect connect;
    private boolean decoding;
    private boolean dirty;
    private boolean starved;
    private boolean closing;
    private boolean peerGone;
    private boolean dead; // with its process
    private int pauses;

    /** @param first index of the loop that has accepted the connection */
    ServerEnd(String name, Engine engine, List<SimulatedLoop> loops, int first, int outboundBytes, Witness witness) {
        this.name = name;
        this.engine = engine;
        this.loops = loops;
        this.loop = loops.get(first);
        this.outboundBytes = outboundBytes;
        this.witness = witness;
        this.decoder =
                new PacketDecoder(PacketDecoder.Role.SERVER, core().policy().maxPacketBytes(), TopicNames.UNCACHED);
    }

    void down(Pipe pipe) {
        down = pipe;
    }

    private Core core() {
        return engine.cores().get(loop.index());
    }

    /** What CONNECT said; null before it. */
    @Nullable
    Connect connect() {
        return connect;
    }

    /** Whether nothing can come of this connection any more. */
    boolean isDone() {
        return state == State.CLOSED || closing;
    }

    /** The process has crashed: nothing is heard, done or said any more. */
    void die() {
        dead = true;
        state = State.CLOSED;
        down = null;
    }

    /** Whether the core has heard from the network that the client is gone. */
    boolean isPeerGone() {
        return peerGone;
    }

    /** From the network: bytes have come. */
    void onBytes(byte[] bytes) {
        post(() -> takeBytes(bytes));
    }

    /** From the network: the connection is gone. */
    void onEnd() {
        post(this::takeEnd);
    }

    /** From the network: the client has taken something. */
    void onDrained() {
        if (starved || received.isReadable()) {
            post(this::tellDrained);
        }
    }

    /** In the order of the network, also while the connection moves to another loop. */
    private void post(Runnable event) {
        if (dead) {
            return;
        }
        events.add(event);
        loop.post(this, this::takeEvent);
    }

    private void takeEvent() {
        if (loop.inLoop()) {
            events.remove().run();
        } else {
            loop.post(this, this::takeEvent);
        }
    }

    private void takeBytes(byte[] bytes) {
        if (isDone()) {
            return;
        }
        received.writeBytes(bytes);
        decode();
    }

    private void takeEnd() {
        if (state == State.CLOSED) {
            return;
        }
        boolean open = state == State.OPEN && !closing;
        state = State.CLOSED;
        peerGone = true;
        if (open && connection != null) {
            connection.onClosed();
        }
    }

    private void tellDrained() {
        if (state == State.OPEN && !closing) {
            tellWritable();
            decode();
        }
    }

    private void decode() {
        if (decoding) {
            return;
        }
        decoding = true;
        int packets = 0;
        try {
            Packet packet;
            while ((packet = next()) != null) {
                packets++;
                if (connection == null) {
                    begin((Connect) packet);
                } else {
                    witness.receiving(this, packet);
                    connection.onPacket(packet);
                    witness.received(this, packet);
                }
            }
        } catch (ProtocolException e) {
            onFault(e);
        } finally {
            decoding = false;
        }
        received.discardReadBytes();
        if (packets > 0 && connection != null) {
            connection.onReceived();
        }
    }

    private @Nullable Packet next() throws ProtocolException {
        boolean taken = (state == State.WAITING || state == State.OPEN) && pauses == 0 && !closing && hasRoom();
        return taken ? decoder.decode(received) : null;
    }

    private void begin(Connect first) {
        connect = first;
        int home = first.clientId().isEmpty() ? loop.index() : engine.homes().loop(first.clientId());
        if (home == loop.index()) {
            open(first);
            return;
        }
        state = State.MOVING;
        loop = loops.get(home);
        loop.post(this, () -> {
            if (state == State.MOVING) {
                open(first);
                decode();
            }
        });
    }

    private void open(Connect first) {
        state = State.OPEN;
        witness.opening(this, first);
        connection = core().open(first, this, PEER, "simulation");
        witness.opened(this);
    }

    private void onFault(ProtocolException fault) {
        witness.accused(this, fault);
        if (connection != null) {
            connection.onFault(fault);
            return;
        }
        MqttVersion answer = decoder.answerVersion();
        boolean unserved = fault.reason() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
        if (answer != null && (answer == MqttVersion.V5 || unserved)) {
            PacketEncoder.encode(
                    new ConnAck(false, fault.reason(), ConnAck.Properties.reason(fault.getMessage())), answer, turn);
        }
        close();
    }

    private MqttVersion version() {
        return connect == null ? MqttVersion.V3_1_1 : connect.version();
    }

    @Override
    public boolean write(Packet packet) {
        assert loop.inLoop();
        if (state == State.CLOSED) {
            return true;
        }
        long most = connect == null ? Connect.NO_LIMIT : connect.maximumPacketSize();
        boolean written = PacketEncoder.encodeWithin(packet, version(), most, turn);
        if (written) {
            witness.wrote(this, packet);
        }
        flushLater();
        return written;
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
        assert loop.inLoop();
        PacketEncoder.encodePublish(
                turn,
                version(),
                dup,
                qos,
                retain,
                topic,
                packetId,
                message.properties(),
                expirySeconds,
                topicAlias,
                subscriptionIds,
                message.payload());
        witness.published(this, message, dup, qos, retain, packetId, subscriptionIds);
        flushLater();
    }

    private void flushLater() {
        if (!dirty) {
            dirty = true;
            loop.atEndOfTurn(this::flush);
        }
    }

    private void flush() {
        dirty = false;
        if (state == State.CLOSED) {
            turn.clear();
            return;
        }
        byte[] bytes = new byte[turn.readableBytes()];
        turn.readBytes(bytes).clear();
        if (down != null) {
            down.send(bytes);
        }
        if (closing) {
            state = State.CLOSED;
            if (down != null) {
                down.finish();
            }
        } else if (hasRoom()) {
            tellWritable();
        }
    }

    private void tellWritable() {
        if (starved && connection != null && state == State.OPEN && hasRoom()) {
            starved = false;
            connection.onWritable();
        }
    }

    private boolean hasRoom() {
        return down == null || down.bytes() < outboundBytes;
    }

    @Override
    public boolean isWritable() {
        if (turn.readableBytes() < outboundBytes && hasRoom()) {
            return true;
        }
        starved = true;
        return false;
    }

    @Override
    public long unsentBytes() {
        return (long) turn.readableBytes() + (down == null ? 0 : down.bytes());
    }

    @Override
    public void pauseReading() {
        pauses++;
    }

    @Override
    public void resumeReading() {
        pauses--;
        if (pauses == 0) {
            decode();
        }
    }

    @Override
    public void close() {
        if (!closing) {
            closing = true;
            witness.closing(this);
            flushLater();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
