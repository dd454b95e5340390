package io.chasqui.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Tells by the first byte what a client speaks, has the stages for it made, and goes. TLS begins with 22 (RFC 8446, section
 * 5.1), a request for a WebSocket with the G of GET, CONNECT with 16; what begins otherwise is left to MQTT to refuse.
 * Confined to its loop.
 */
final class FirstByte extends ChannelInboundHandlerAdapter {
    private static final int TLS_HANDSHAKE = 22;

    private final Entrance.Stages stages;
    private final boolean tls; // may come
    private final boolean plain; // may come

    /**
     * @param tls whether TLS may begin here
     * @param plain whether anything else may
     */
    FirstByte(Entrance.Stages stages, boolean tls, boolean plain) {
        this.stages = stages;
        this.tls = tls;
        this.plain = plain;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object in) {
        ByteBuf bytes = (ByteBuf) in;
        if (!bytes.isReadable()) {
            bytes.release();
            return;
        }
        int first = bytes.getByte(bytes.readerIndex());
        if (first == TLS_HANDSHAKE && tls) {
            stages.addTls();
            stages.add(new FirstByte(stages, false, true));
        } else if (!plain) {
            bytes.release();
            context.close();
            return;
        } else if (first == 'G') {
            stages.addWebSocket();
        }
        context.pipeline().remove(this);
        context.fireChannelRead(bytes);
    }
}
