package io.chasqui.client.transport;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The last stage of a channel: bytes in, packets to the listener, packets out. Confined to the event thread. Reports
 * {@code onOpen} once when the last of the stages before it is ready, and {@code onClosed} once.
 */
final class MqttChannel extends ChannelInboundHandlerAdapter implements Wire {
    private static final long LINGER_NANOS = 1_000_000_000L;

    /** Which event of a stage before says that MQTT may begin. */
    enum Begins {
        WHEN_CONNECTED,
        AFTER_TLS,
        AFTER_WEB_SOCKET
    }

    private final Channel channel;
    private final EventThread thread;
    private final WireListener listener;
    private final Begins begins;
    private final PacketDecoder decoder;
    private final Outlet outlet;
    private final long maximumTurnBytes;
    private long maximumPacketSize = Connect.NO_LIMIT;
    private @Nullable ByteBuf received; // not yet decoded
    private @Nullable Throwable cause; // why it closes, as far as is known
    private long lastWriteNanos;
    private boolean opened;
    private boolean closed;
    private boolean deaf; // what comes in is thrown away
    private boolean closing;
    private boolean decoding;
    private boolean paused;
    private boolean dirty; // will be flushed at the end of this turn
    private boolean starved; // someone was told that we are not writable

    MqttChannel(
            Channel channel,
            EventThread thread,
            WireListener listener,
            Begins begins,
            MqttVersion version,
            long maximumReceivedBytes,
            TopicNames topics,
            long maximumTurnBytes) {
        this.channel = channel;
        this.thread = thread;
        this.listener = listener;
        this.begins = begins;
        this.decoder = new PacketDecoder(PacketDecoder.Role.CLIENT, maximumReceivedBytes, topics);
        this.outlet = new Outlet(channel, version);
        this.maximumTurnBytes = maximumTurnBytes;
        decoder.version(version);
    }

    /** The channel is connected, through the proxy if there is one. */
    void onConnected() {
        if (begins == Begins.WHEN_CONNECTED) {
            open();
        }
    }

    /** The channel could not be connected. */
    void onFailed(Throwable why) {
        cause = cause == null ? why : cause;
        reportClosed();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls) {
            if (!tls.isSuccess()) {
                abort(tls.cause());
            } else if (begins == Begins.AFTER_TLS) {
                open();
            }
        } else if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            open();
        }
    }

    private void open() {
        if (!opened && !closed) {
            opened = true;
            lastWriteNanos = thread.nanoTime();
            listener.onOpen(this);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object in) {
        ByteBuf bytes = (ByteBuf) in;
        if (deaf || closed) {
            bytes.release();
            return;
        }
        received = received == null ? bytes : joined(received, bytes);
        decode();
    }

    private ByteBuf joined(ByteBuf first, ByteBuf second) {
        ByteBuf all = first;
        if (first.maxWritableBytes() < second.readableBytes()) { // a slice of a WebSocket frame cannot grow
            all = channel.alloc()
                    .heapBuffer(first.readableBytes() + second.readableBytes())
                    .writeBytes(first);
            first.release();
        }
        all.writeBytes(second);
        second.release();
        return all;
    }

    private void decode() {
        if (decoding) {
            return;
        }
        decoding = true;
        try {
            Packet packet;
            while (!paused && !deaf && !closed && received != null && (packet = decoder.decode(received)) != null) {
                listener.onPacket(packet);
            }
            listener.onReceived();
        } catch (ProtocolException e) {
            deaf = true;
            listener.onFault(e);
        } catch (RuntimeException | AssertionError e) { // ours: this connection ends, the next one may do better
            abort(e);
        } finally {
            decoding = false;
            keepRest();
        }
    }

    /** Keeps what was not decoded in a buffer of its size: the one that it came in is large, and many clients wait. */
    private void keepRest() {
        ByteBuf bytes = received;
        if (bytes == null) {
            return;
        }
        if (!bytes.isReadable() || deaf || closed) {
            bytes.release();
            received = null;
        } else if (bytes.readerIndex() > 0 || bytes.capacity() > 2 * bytes.readableBytes()) {
            received = channel.alloc().heapBuffer(bytes.readableBytes()).writeBytes(bytes);
            bytes.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        reportClosed();
    }

    private void reportClosed() {
        if (closed) {
            return;
        }
        closed = true;
        outlet.discard();
        if (!decoding && received != null) {
            received.release();
            received = null;
        }
        listener.onClosed(cause);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            tellWritable();
        }
    }

    private void tellWritable() {
        if (starved && !closed && !closing) {
            starved = false;
            listener.onWritable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable why) {
        abort(why);
    }

    @Override
    public void maximumPacketSize(long bytes) {
        maximumPacketSize = bytes;
    }

    @Override
    public boolean write(Packet packet) {
        if (closed || closing) {
            return true;
        }
        boolean written = outlet.write(packet, maximumPacketSize);
        flushLater();
        return written;
    }

    @Override
    public void publish(
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            PublishProperties properties,
            long messageExpirySeconds,
            int topicAlias,
            byte[] payload) {
        if (!closed && !closing) {
            outlet.publish(dup, qos, retain, topic, packetId, properties, messageExpirySeconds, topicAlias, payload);
            flushLater();
        }
    }

    /** Netty runs tasks after the sockets that were ready, and a task that a task adds after those already there. */
    private void flushLater() {
        if (!dirty) {
            dirty = true;
            thread.execute(this::flush);
        }
    }

    private void flush() {
        dirty = false;
        if (closed) {
            outlet.discard();
        } else if (!closing) {
            lastWriteNanos = thread.nanoTime();
            outlet.flush();
            if (channel.isWritable()) {
                tellWritable();
            }
        }
    }

    @Override
    public boolean isWritable() {
        if (closed || closing) {
            return false;
        }
        if (outlet.turnBytes() < maximumTurnBytes && channel.isWritable()) {
            return true;
        }
        starved = true;
        return false;
    }

    @Override
    public long lastWriteNanos() {
        return lastWriteNanos;
    }

    @Override
    public void pauseReading() {
        if (!paused) {
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void resumeReading() {
        if (paused) {
            paused = false;
            channel.config().setAutoRead(true);
            decode();
        }
    }

    @Override
    public void close() {
        if (closed || closing) {
            return;
        }
        closing = true;
        deaf = true;
        Future<?> late = thread.schedule(() -> channel.close(), LINGER_NANOS);
        outlet.flushLast().addListener(done -> {
            late.cancel(false);
            channel.close();
        });
    }

    @Override
    public void abort(Throwable why) {
        if (!closed) {
            cause = cause == null ? why : cause;
            deaf = true;
            channel.close();
            if (!opened) {
                reportClosed();
            }
        }
    }
}
