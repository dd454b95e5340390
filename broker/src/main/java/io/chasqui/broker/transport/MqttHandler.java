package io.chasqui.broker.transport;

import io.chasqui.broker.connection.Connection;
import io.chasqui.broker.connection.Wire;
import io.chasqui.broker.loop.Timer;
import io.chasqui.broker.message.Message;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel: bytes in, packets to the connection, packets out. Confined to the loop that the channel is on; that changes
 * once, between CONNECT and its answer, when the channel moves to the home loop of the Client Identifier.
 */
final class MqttHandler extends ChannelInboundHandlerAdapter implements Wire {
    private static final Logger LOG = LoggerFactory.getLogger(MqttHandler.class);

    /** How long the peer has to read our last words and close. Closing at once could destroy them on their way. */
    private static final long LINGER_NANOS = 1_000_000_000L;

    private enum State {
        /** CONNECT has not been read. */
        WAITING,
        /** CONNECT has been read, the channel is on its way to its home loop. */
        MOVING,
        /** CONNECT has been read, and its turn has not come. */
        DELAYED,
        OPEN,
        /** Our last words are on their way; what comes in is thrown away. */
        LINGERING,
        CLOSED
    }

    private final Transport transport;
    private final Listener listener;
    private final Channel channel;
    private final Visitor visitor;
    private final @Nullable WebSocketFrames webSocket; // the stage before this one; null over TCP
    private final PacketDecoder decoder;
    private final Outlet outlet;
    private Station station;
    private State state = State.WAITING;
    private @Nullable Timer deadline; // for CONNECT to come, for its turn to come, or for the peer to close
    private @Nullable ByteBuf received; // not yet decoded
    private boolean decoding;
    private boolean dirty; // will be flushed at the end of this turn
    private boolean starved; // someone was told that we are not writable
    private boolean closing; // after the flush of this turn
    private boolean politely; // the peer may still have to read something
    private int pauses; // reasons not to read
    private boolean restrained; // it holds too much while memory is short, and is not read
    private long held; // bytes, as the station's holdings know it
    private long pendingBytes; // written, flushed and not sent, when it was last measured
    private FrameReader.@Nullable End end; // what has come behind the bytes received; for a WebSocket

    // Valid from CONNECT on.
    private @Nullable Connection connection;
    private @Nullable String address; // that this connection is counted for
    private MqttVersion version = MqttVersion.V3_1_1;
    private long maximumPacketSize = Connect.NO_LIMIT;

    MqttHandler(
            Transport transport,
            Listener listener,
            Channel channel,
            Visitor visitor,
            Station station,
            @Nullable WebSocketFrames webSocket) {
        this.transport = transport;
        this.listener = listener;
        this.channel = channel;
        this.visitor = visitor;
        this.station = station;
        this.webSocket = webSocket;
        this.outlet = new Outlet(channel);
        this.decoder = new PacketDecoder(
                PacketDecoder.Role.SERVER, station.core.policy().maxPacketBytes(), station.topics);
    }

    /** Does something when its time has come, once. */
    private final class Later extends Timer {
        private final Runnable task;

        Later(long nanos, Runnable task) {
            this.task = task;
            station.loop.timers().set(this, nanos);
        }

        @Override
        protected void onTime() {
            task.run();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        deadline = new Later(listener.connectTimeoutNanos(), () -> dismiss(true));
        station.waiting.add(this);
        station.core.counters().connectionsAccepted++;
    }

    /** The peer has not sent CONNECT: until it is too late, or until the broker stops. */
    void dismiss(boolean late) {
        station.core.counters().connectionsLate += late ? 1 : 0;
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object in) {
        ByteBuf bytes = (ByteBuf) in;
        station.core.counters().bytesReceived += bytes.readableBytes();
        if (state == State.LINGERING || state == State.CLOSED) {
            bytes.release();
            return;
        }
        if (received == null) {
            received = bytes;
        } else {
            received.writeBytes(bytes);
            bytes.release();
        }
        decode();
    }

    /** Takes the packets out of what was received and hands them over, for as long as someone takes them. */
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
                    politely = !(packet instanceof Disconnect);
                    connection.onPacket(packet);
                }
            }
        } catch (ProtocolException e) {
            onFault(e);
        } catch (RuntimeException | AssertionError e) {
            onOurFault(e);
        } finally {
            decoding = false;
            keepRest();
        }
        weigh();
        station.core.counters().packetsReceived += packets;
        if (packets > 0 && connection != null) {
            connection.onReceived();
        }
    }

    private @Nullable Packet next() throws ProtocolException {
        boolean taken = (state == State.WAITING || state == State.OPEN) && pauses == 0 && !closing;
        return taken && received != null ? decoder.decode(received) : null;
    }

    /** Keeps what was not decoded in a buffer of its size: the one that it came in is large, and many connections wait. */
    private void keepRest() {
        ByteBuf bytes = received;
        if (bytes != null && (!bytes.isReadable() || state == State.LINGERING || state == State.CLOSED)) {
            bytes.release();
            received = null;
        } else if (bytes != null && (bytes.readerIndex() > 0 || bytes.capacity() > 2 * bytes.readableBytes())) {
            received = Unpooled.buffer(bytes.readableBytes()).writeBytes(bytes);
            bytes.release();
        }
    }

    /** What is kept of a packet that has not come to its end counts, and has to have room. */
    private void weigh() {
        if (received == null && held == 0 && !restrained) {
            return;
        }
        measure();
        station.holdings.judge();
        if (received != null && pauses == 0) {
            station.holdings.makeRoomIfFull();
        }
    }

    /** Tells the station how much this connection holds. */
    void measure() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        pendingBytes = out == null ? 0 : out.totalPendingWriteBytes();
        boolean here = state != State.MOVING && state != State.CLOSED;
        long now = here ? receivedBytes() + outlet.ownBytes(pendingBytes) : 0;
        station.holdings.measured(this, now - held, here && pinnedBytes() > 0);
        held = now;
        restrain();
    }

    /** Reads no further while memory is short and this connection holds too much of it. */
    void restrain() {
        boolean tooMuch = station.holdings.isTooMuch(heldBytes());
        if (tooMuch != restrained) {
            restrained = tooMuch;
            updateReading();
        }
    }

    private int receivedBytes() {
        return received == null ? 0 : received.capacity();
    }

    /** Bytes that it holds: with those that it shares at the end of the last turn, and those of its own now. */
    long heldBytes() {
        return Math.max(held, pinnedBytes());
    }

    /** Bytes that would be free without this connection, if nobody shared them. */
    long pinnedBytes() {
        return receivedBytes() + pendingBytes;
    }

    /** Memory is short, and this connection holds much of it. What it has not sent will not leave any more. */
    void evict() {
        if (state == State.CLOSED || state == State.LINGERING && received == null && pendingBytes == 0) {
            return;
        }
        station.core.counters().connectionsEvicted++;
        LOG.debug("{}: closed, for it holds {} bytes and memory is short", visitor, pinnedBytes());
        if (connection != null && state == State.OPEN) {
            connection.end(
                    ReasonCode.QUOTA_EXCEEDED, "the server is short of memory, and this connection holds much of it");
        }
        close();
        if (received != null) {
            received.release();
            received = null;
        }
        if (pendingBytes > 0 || state == State.LINGERING) {
            channel.close(); // it does not take what it was sent before, so it will not take our last words
        } else {
            politely = true;
        }
        measure();
    }

    private void begin(Connect connect) {
        version = connect.version();
        maximumPacketSize = connect.maximumPacketSize();
        cancelDeadline();
        station.waiting.remove(this);
        Station home = connect.clientId().isEmpty() ? station : transport.homeOf(connect.clientId());
        if (home == station) {
            open(connect);
            return;
        }
        state = State.MOVING;
        measure();
        pauseReading();
        channel.deregister()
                .addListener(_ -> home.loop.eventLoop().register(channel).addListener(registered -> {
                    if (!registered.isSuccess()) {
                        channel.unsafe().closeForcibly();
                    } else if (state == State.MOVING) {
                        station = home;
                        decoder.topics(home.topics);
                        open(connect);
                        resumeReading();
                    }
                }));
    }

    private void open(Connect connect) {
        long delayNanos = station.holdings.delayNanos(this);
        if (delayNanos == 0) {
            enter(connect);
            return;
        }
        state = State.DELAYED;
        pauseReading();
        station.waiting.add(this);
        deadline = new Later(delayNanos, () -> {
            deadline = null;
            station.waiting.remove(this);
            enter(connect);
            resumeReading();
        });
    }

    private void enter(Connect connect) {
        state = State.OPEN;
        politely = true;
        if (visitor.isEncrypted()) {
            outlet.copiesAll();
        }
        String from = listener.countsAddresses() ? host() : null;
        if (from != null && !listener.enter(from)) {
            write(new ConnAck(
                    false, ReasonCode.QUOTA_EXCEEDED, ConnAck.Properties.reason("too many connections from there")));
            close();
            return;
        }
        address = from;
        connection = station.core.open(connect, this, visitor.peer(), listener.name());
        if (webSocket != null && webSocket.isOpen()) {
            webSocket.startPings(station.loop.timers());
        }
    }

    /** The address that it comes from, without the port. */
    String host() {
        return visitor.host();
    }

    /** Behind the bytes received something else has come, which waits until they have been worked off. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof FrameReader.End ending) {
            end = ending;
            finish();
        } else if (event instanceof TlsStage.Revoked) {
            revoked();
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void revoked() {
        LOG.info("{}: disconnected, for its certificate is good no longer", visitor);
        if (connection != null && state == State.OPEN) {
            connection.end(ReasonCode.NOT_AUTHORIZED, "the client's certificate is good no longer");
        }
        close();
    }

    private void finish() {
        FrameReader.End ending = end;
        boolean workedOff = pauses == 0 && !decoding || state == State.LINGERING; // then nothing is taken any more
        if (ending == null || !workedOff || state == State.CLOSED) {
            return;
        }
        end = null;
        if (ending.fault() == null) {
            station.core.counters().bytesSent += outlet.flush();
            Objects.requireNonNull(webSocket).sayGoodbye();
            channel.close();
        } else if (state != State.LINGERING) {
            onFault(ending.fault());
        }
    }

    private void onFault(ProtocolException fault) {
        politely = true;
        LOG.debug("{}: {}", visitor, fault.getMessage());
        if (connection != null) {
            connection.onFault(fault);
            return;
        }
        MqttVersion answer = decoder.answerVersion();
        boolean unserved = fault.reason() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
        if (answer != null && (answer == MqttVersion.V5 || unserved)) { // MQTT 3: closed without CONNACK
            version = answer;
            write(new ConnAck(false, fault.reason(), ConnAck.Properties.reason(fault.getMessage())));
        }
        close();
    }

    /** Something of ours is wrong: that one connection is closed, and the fault is counted. */
    private void onOurFault(Throwable fault) {
        station.core.counters().faults++;
        LOG.error("closing the connection of {} after an unexpected fault", visitor, fault);
        if (connection != null) {
            connection.end(ReasonCode.UNSPECIFIED_ERROR, null);
        }
        close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        State before = state;
        state = State.CLOSED;
        station.waiting.remove(this);
        cancelDeadline();
        outlet.discard();
        if (!decoding && received != null) {
            received.release();
            received = null;
        }
        measure();
        station.holdings.judge();
        listener.closed();
        if (address != null) {
            listener.left(address);
        }
        if (before == State.OPEN && connection != null) {
            connection.onClosed();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        updateReading();
        if (channel.isWritable()) {
            tellWritable();
        }
    }

    void tellWritable() {
        if (starved && connection != null && state == State.OPEN) {
            starved = false;
            connection.onWritable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException
                || cause instanceof DecoderException && cause.getCause() instanceof IOException) {
            LOG.debug("{}: {}", visitor, cause.toString()); // the peer has gone, or does not speak TLS
            channel.close();
        } else {
            onOurFault(cause);
        }
    }

    @Override
    public boolean write(Packet packet) {
        if (state == State.LINGERING || state == State.CLOSED) {
            return true;
        }
        int before = outlet.turnBytes();
        boolean written = outlet.write(packet, version, maximumPacketSize);
        hold(outlet.turnBytes() - before);
        if (written) {
            station.core.counters().packetsSent++;
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
        ByteBuf shared = station.copies.share(message, channel.alloc());
        int before = outlet.turnBytes() + (shared == null ? 0 : shared.readableBytes());
        outlet.publish(
                version,
                message,
                dup,
                qos,
                retain,
                topic,
                packetId,
                expirySeconds,
                topicAlias,
                subscriptionIds,
                shared);
        hold(outlet.turnBytes() - before);
        station.core.counters().packetsSent++;
        flushLater();
    }

    /** Has written so many bytes, which the end of the turn measures anew. */
    private void hold(long bytes) {
        held += bytes;
        station.holdings.add(bytes);
    }

    private void flushLater() {
        if (!dirty) {
            dirty = true;
            station.flushLater(this);
        }
    }

    /** The end of a turn in which something was written, or the connection was closed. */
    void flush() {
        dirty = false;
        if (state == State.CLOSED) {
            outlet.discard();
        } else if (closing) {
            leave();
        } else {
            station.core.counters().bytesSent += outlet.flush();
            if (channel.isWritable()) {
                tellWritable();
            }
        }
        measure();
    }

    @Override
    public boolean isWritable() {
        boolean room = webSocket == null || webSocket.writtenBytes() < channel.bytesBeforeUnwritable();
        boolean full = !station.holdings.hasRoom(heldBytes());
        if (room && !full && outlet.turnBytes() < transport.outboundBufferBytes() && channel.isWritable()) {
            return true;
        }
        if (full && !starved) {
            station.holdings.awaitRoom(this);
        }
        starved = true;
        return false;
    }

    @Override
    public void pauseReading() {
        pauses++;
        updateReading();
    }

    @Override
    public void resumeReading() {
        pauses--;
        updateReading();
        if (received != null && pauses == 0) {
            decode();
        }
        finish();
    }

    /** A peer that does not take our answers is not read either, so that they cannot pile up. */
    private void updateReading() {
        boolean read = pauses == 0 && !restrained && channel.isWritable() || state == State.LINGERING;
        if (channel.config().isAutoRead() != read) {
            channel.config().setAutoRead(read);
        }
    }

    @Override
    public long unsentBytes() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out == null ? 0 : out.totalPendingWriteBytes() - out.currentProgress();
    }

    @Override
    public void close() {
        if (!closing) {
            closing = true;
            flushLater();
        }
    }

    /** Sends our last words, says that there are no more, and gives the peer a moment to read them. */
    private void leave() {
        state = State.LINGERING;
        station.core.counters().bytesSent += outlet.turnBytes();
        ChannelFuture last = outlet.flushLast();
        if (webSocket != null && webSocket.isOpen()) {
            last = webSocket.sayGoodbye();
        } else if (!politely) {
            last.addListener(_ -> channel.close());
            return;
        }
        cancelDeadline();
        deadline = new Later(LINGER_NANOS, channel::close);
        last.addListener(sent -> {
            if (sent.isSuccess()) {
                TlsStage.endOutput(channel);
            } else {
                channel.close();
            }
        });
        updateReading();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            station.loop.timers().cancel(deadline);
            deadline = null;
        }
    }
}
