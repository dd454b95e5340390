package io.chasqui.broker.transport;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The only stage of a connection for which there is no room: tells in the peer's own language that the server is busy, without
 * a handshake, and closes. CONNECT is answered with 0x89 (0x03 in MQTT 3), a request for a WebSocket with 503, and a TLS handshake, which
 * would cost the most, with an alert. Confined to its loop.
 */
final class BusyAnswer extends ChannelInboundHandlerAdapter {
    private static final int TLS_HANDSHAKE = 22;
    private static final byte[] TLS_ALERT = {21, 3, 3, 0, 2, 2, 80}; // fatal: internal_error (RFC 8446, section 6)
    private static final byte[] HTTP =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_BYTES = 16 << 10; // of a CONNECT that is answered
    private static final int PATIENCE_SECONDS = 2;

    private final Listener listener;
    private final PacketDecoder decoder;
    private @Nullable ByteBuf received;

    BusyAnswer(Listener listener, Station station) {
        this.listener = listener;
        this.decoder = new PacketDecoder(PacketDecoder.Role.SERVER, MOST_BYTES, station.topics);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.executor().schedule(() -> context.close(), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object in) {
        ByteBuf bytes = (ByteBuf) in;
        if (received == null) {
            received = context.alloc().heapBuffer(bytes.readableBytes());
        }
        received.writeBytes(bytes);
        bytes.release();
        if (!received.isReadable()) {
            return;
        }
        int first = received.getByte(received.readerIndex());
        if (first == TLS_HANDSHAKE) {
            answer(context, Unpooled.wrappedBuffer(TLS_ALERT));
        } else if (first == 'G') {
            answer(context, Unpooled.wrappedBuffer(HTTP));
        } else {
            answerConnect(context, received);
        }
    }

    private void answerConnect(ChannelHandlerContext context, ByteBuf from) {
        try {
            Packet packet = decoder.decode(from);
            if (packet instanceof Connect connect) {
                ByteBuf out = context.alloc().buffer(64);
                PacketEncoder.encode(
                        new ConnAck(
                                false, ReasonCode.SERVER_BUSY, ConnAck.Properties.reason("too many connect at once")),
                        connect.version(),
                        out);
                answer(context, out);
            } else if (packet != null || from.readableBytes() > MOST_BYTES) {
                context.close();
            }
        } catch (ProtocolException noConnect) {
            context.close();
        }
    }

    private static void answer(ChannelHandlerContext context, ByteBuf out) {
        context.channel().config().setAutoRead(false);
        context.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (received != null) {
            received.release();
            received = null;
        }
        listener.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // the peer has gone
    }
}
