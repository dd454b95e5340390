package io.chasqui.broker.transport;

import io.chasqui.broker.loop.Timer;
import io.chasqui.broker.loop.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The stage before {@link MqttHandler} on a WebSocket, from the end of the handshake on: takes frames apart on the way in,
 * and puts what a turn has written into one binary frame on the way out. Pings are answered and sent here. What ends the
 * conversation travels on to MqttHandler as a {@link FrameReader.End}, behind the bytes that came before it. Confined to the
 * loop that the channel is on.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
    /** What fits the short forms of the length, and the frame limits of all clients we know. */
    static final int MAX_SENT_BYTES = 65_535;

    private static final int LAST = 0x80; // FIN: all our messages are of one frame

    /** One write that waits for the end of the turn. */
    private record Piece(ByteBuf bytes, ChannelPromise promise) {}

    private final FrameReader reader;
    private final long pingNanos; // 0 for never
    private @Nullable ChannelHandlerContext context; // from the end of the handshake on
    private List<Piece> written = new ArrayList<>(2); // in this turn
    private List<Piece> flushing = new ArrayList<>(2);
    private int writtenBytes;
    private @Nullable ChannelFuture goodbye;
    private @Nullable Pings pings;
    private boolean heard; // something, since the timer has run

    WebSocketFrames(long maxFrameBytes, long pingNanos) {
        this.reader = new FrameReader(maxFrameBytes);
        this.pingNanos = pingNanos;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object in) {
        ByteBuf bytes = (ByteBuf) in;
        heard = true;
        if (reader.end() != null) {
            bytes.release();
            return;
        }
        reader.unwrap(bytes);
        if (bytes.isReadable()) {
            context.fireChannelRead(bytes);
        } else {
            bytes.release();
        }
        byte[] ping = reader.takePing();
        if (ping != null && goodbye == null) {
            context.writeAndFlush(control(FrameReader.PONG, ping), context.voidPromise());
        }
        FrameReader.End end = reader.end();
        if (end != null) {
            context.fireUserEventTriggered(end);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object out, ChannelPromise promise) {
        ByteBuf bytes = (ByteBuf) out;
        if (goodbye != null) {
            bytes.release();
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        written.add(new Piece(bytes, promise));
        writtenBytes += bytes.readableBytes();
    }

    /** Bytes that the turn has written and that the channel does not know of yet. */
    int writtenBytes() {
        return writtenBytes;
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        List<Piece> pieces = written;
        int left = writtenBytes;
        written = flushing; // what someone writes when he hears that there is room comes in the next frame
        flushing = pieces;
        writtenBytes = 0;
        int leftOfFrame = 0;
        for (Piece piece : pieces) {
            ByteBuf bytes = piece.bytes();
            while (bytes.readableBytes() > leftOfFrame) {
                if (leftOfFrame > 0) {
                    context.write(bytes.readRetainedSlice(leftOfFrame), context.voidPromise());
                    left -= leftOfFrame;
                }
                leftOfFrame = Math.min(left, MAX_SENT_BYTES);
                context.write(header(leftOfFrame), context.voidPromise());
            }
            left -= bytes.readableBytes();
            leftOfFrame -= bytes.readableBytes();
            context.write(bytes, piece.promise());
        }
        pieces.clear();
        context.flush();
    }

    private ByteBuf header(int length) {
        ByteBuf header = context().alloc().directBuffer(4).writeByte(LAST | FrameReader.BINARY);
        return length < 126 ? header.writeByte(length) : header.writeByte(126).writeShort(length);
    }

    private ByteBuf control(int opcode, byte... payload) {
        return context()
                .alloc()
                .directBuffer(2 + payload.length)
                .writeByte(LAST | opcode)
                .writeByte(payload.length)
                .writeBytes(payload);
    }

    /** Whether the handshake is over. */
    boolean isOpen() {
        return context != null;
    }

    /**
     * Says Close behind all that has been flushed, with the code that the end of the conversation asks for; nothing is sent
     * after that. Once is enough.
     */
    ChannelFuture sayGoodbye() {
        ChannelFuture said = goodbye;
        if (said == null) {
            FrameReader.End end = reader.end();
            int code = end == null ? FrameReader.NORMAL : end.closeCode();
            said = context().writeAndFlush(control(FrameReader.CLOSE, (byte) (code >> 8), (byte) code));
            goodbye = said;
        }
        return said;
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }

    /** The channel is on the loop where it stays. */
    void startPings(TimerWheel timers) {
        if (pingNanos > 0) {
            pings = new Pings(timers);
        }
    }

    /** Sends a ping when nothing has come for an interval, and closes when nothing comes for another one. */
    private final class Pings extends Timer {
        private final TimerWheel timers;
        private boolean waiting; // for an answer

        Pings(TimerWheel timers) {
            this.timers = timers;
            timers.set(this, pingNanos);
        }

        @Override
        protected void onTime() {
            boolean listening = context().channel().config().isAutoRead(); // else we would not have heard it
            if (heard || !listening) {
                heard = false;
                waiting = false;
            } else if (waiting) {
                context().close();
                return;
            } else if (goodbye == null) {
                waiting = true;
                context().writeAndFlush(control(FrameReader.PING), context().voidPromise());
            }
            timers.set(this, pingNanos);
        }

        void stop() {
            timers.cancel(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (pings != null) {
            pings.stop();
        }
        for (Piece piece : written) {
            piece.bytes().release();
            piece.promise().tryFailure(new ClosedChannelException());
        }
        written.clear();
        writtenBytes = 0;
        context.fireChannelInactive();
    }
}
