package io.chasqui.client.transport;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/**
 * What is written to one channel during a turn: packets one behind the other in a buffer that is borrowed for the turn, so
 * that they leave in one write. Confined to the event thread.
 */
final class Outlet {
    private static final int FIRST_BYTES = 512;
    private static final int MOST_BYTES = 64 << 10; // then another buffer, so that none has to grow far

    private final Channel channel;
    private final MqttVersion version;
    private @Nullable ByteBuf buffer;
    private int turnBytes; // written in this turn
    private int lastTurnBytes;

    Outlet(Channel channel, MqttVersion version) {
        this.channel = channel;
        this.version = version;
    }

    int turnBytes() {
        return turnBytes;
    }

    boolean write(Packet packet, long maximumPacketSize) {
        ByteBuf out = room(64);
        int before = out.writerIndex();
        boolean written = PacketEncoder.encodeWithin(packet, version, maximumPacketSize, out);
        turnBytes += out.writerIndex() - before;
        return written;
    }

    void publish(
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            PublishProperties properties,
            long expirySeconds,
            int topicAlias,
            byte[] payload) {
        boolean copied = payload.length <= Wire.COPIED_BYTES;
        ByteBuf out = room(topic.utf8().length + 32 + (copied ? payload.length : 0));
        int before = out.writerIndex();
        PacketEncoder.encodePublishHead(
                out,
                version,
                dup,
                qos,
                retain,
                topic,
                packetId,
                properties,
                expirySeconds,
                topicAlias,
                Publish.NO_IDS,
                payload.length);
        turnBytes += out.writerIndex() - before + payload.length;
        if (copied) {
            out.writeBytes(payload);
        } else {
            pass();
            channel.write(Unpooled.wrappedBuffer(payload), channel.voidPromise());
        }
    }

    private ByteBuf room(int bytes) {
        ByteBuf out = buffer;
        if (out != null && out.readableBytes() > 0 && out.readableBytes() + bytes > MOST_BYTES) {
            pass();
            out = null;
        }
        if (out == null) {
            out = channel.alloc().directBuffer(Math.max(FIRST_BYTES, Math.min(MOST_BYTES, lastTurnBytes)));
            buffer = out;
        }
        return out;
    }

    private void pass() {
        if (buffer != null) {
            channel.write(buffer, channel.voidPromise());
            buffer = null;
        }
    }

    /** Ends the turn. */
    void flush() {
        lastTurnBytes = turnBytes;
        turnBytes = 0;
        if (buffer != null) {
            ByteBuf out = buffer;
            buffer = null;
            channel.writeAndFlush(out, channel.voidPromise());
        } else {
            channel.flush();
        }
    }

    /** Ends the last turn; done when all has left, or failed. */
    ChannelFuture flushLast() {
        ByteBuf out = buffer != null ? buffer : channel.alloc().buffer(0);
        buffer = null;
        turnBytes = 0;
        return channel.writeAndFlush(out);
    }

    /** Gives back what was not sent. */
    void discard() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
        turnBytes = 0;
    }
}
