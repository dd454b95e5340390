package io.chasqui.broker.transport;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/**
 * What is written to one channel during a turn: packets one behind the other in a buffer that is borrowed for the turn, so
 * that they leave in one write. This is where the speed is: a system call costs more than all the rest of a message.
 * Confined to the loop of its channel.
 */
final class Outlet {
    private static final int FIRST_BYTES = 512;
    private static final int MOST_BYTES = 64 << 10; // then another buffer, so that none has to grow far

    private final Channel channel;
    private @Nullable ByteBuf buffer;
    private int turnBytes; // written in this turn
    private long ownBytes; // written since the channel had sent all: without the payloads that others share
    private boolean ownsAll; // what others share is copied on its way, to be encrypted
    private int lastTurnBytes;

    Outlet(Channel channel) {
        this.channel = channel;
    }

    /** Bytes that the turn has gathered. */
    int turnBytes() {
        return turnBytes;
    }

    /** Payloads that are shared become copies on their way, for the channel encrypts. */
    void copiesAll() {
        ownsAll = true;
    }

    /**
     * Bytes that are kept for this channel alone, of all that it has not sent.
     *
     * @param pendingBytes what the channel has not sent of what was flushed
     */
    long ownBytes(long pendingBytes) {
        if (pendingBytes == 0 && turnBytes == 0) {
            ownBytes = 0;
        }
        return Math.min(ownBytes, pendingBytes + turnBytes);
    }

    /** @return false when the packet is larger than the receiver takes, whatever is left out */
    boolean write(Packet packet, MqttVersion version, long maximumPacketSize) {
        ByteBuf out = room(64);
        int before = out.writerIndex();
        boolean written = PacketEncoder.encodeWithin(packet, version, maximumPacketSize, out);
        wrote(out.writerIndex() - before, 0);
        return written;
    }

    /** @param shared the payload, if it is to be referred to; owned by this outlet then */
    void publish(
            MqttVersion version,
            Message message,
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            long expirySeconds,
            int topicAlias,
            int[] subscriptionIds,
            @Nullable ByteBuf shared) {
        ByteBuf out = room(message.bytes() + 32);
        int before = out.writerIndex();
        if (shared == null) {
            PacketEncoder.encodePublish(
                    out,
                    version,
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
            wrote(out.writerIndex() - before, 0);
            return;
        }
        PacketEncoder.encodePublishHead(
                out,
                version,
                dup,
                qos,
                retain,
                topic,
                packetId,
                message.properties(),
                expirySeconds,
                topicAlias,
                subscriptionIds,
                message.payload().length);
        wrote(out.writerIndex() - before, shared.readableBytes());
        pass();
        channel.write(shared, channel.voidPromise());
    }

    private void wrote(int bytes, int sharedBytes) {
        turnBytes += bytes + sharedBytes;
        ownBytes += ownsAll ? bytes + sharedBytes : bytes;
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

    /** Gives the buffer to the channel, unflushed. */
    private void pass() {
        if (buffer != null) {
            channel.write(buffer, channel.voidPromise());
            buffer = null;
        }
    }

    /**
     * Ends the turn.
     *
     * @return the bytes that were written in it
     */
    int flush() {
        int written = turnBytes;
        lastTurnBytes = turnBytes;
        turnBytes = 0;
        if (buffer != null) {
            ByteBuf out = buffer;
            buffer = null;
            channel.writeAndFlush(out, channel.voidPromise());
        } else {
            channel.flush();
        }
        return written;
    }

    /**
     * Ends the last turn.
     *
     * @return done when all has left, or failed
     */
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
