package io.chasqui.broker.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Accepts connections no faster than so many a second. Those beyond wait in the system's queue, where a handshake costs
 * nothing yet, and when that is full the system refuses them: so a flood of handshakes takes a known share of the loops from
 * those who are in. The handler of a server channel; confined to its loop.
 */
final class AcceptPace extends ChannelInboundHandlerAdapter {
    private static final long SECOND = 1_000_000_000L;
    private static final long SHORTEST_PAUSE = 10_000_000L; // nanoseconds

    private final LongSupplier nanoTime;
    private final long nanosEach;
    private final long ahead; // nanoseconds that unused time may be saved up for: a tenth of a second
    private long free; // when the next one may come, if it were not for what is saved

    /**
     * @param perSecond connections, 1 or more
     * @param nanoTime a clock that only runs forwards
     */
    AcceptPace(int perSecond, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.nanosEach = SECOND / perSecond;
        this.ahead = Math.max(SECOND / 10, nanosEach);
        this.free = nanoTime.getAsLong() - ahead;
    }

    /** @param accepted a channel, which is let through in any case */
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        long now = nanoTime.getAsLong();
        free = Math.max(free, now - ahead) + nanosEach;
        if (free > now) {
            Channel server = context.channel();
            server.config().setAutoRead(false);
            long pause = Math.max(SHORTEST_PAUSE, free - now);
            context.executor().schedule(() -> server.config().setAutoRead(true), pause, TimeUnit.NANOSECONDS);
        }
        context.fireChannelRead(accepted);
    }

    /** The bootstrap's handler for a door: one that paces, or one that does nothing. */
    static ChannelHandler of(int perSecond) {
        return perSecond == 0 ? new ChannelInboundHandlerAdapter() : new AcceptPace(perSecond, System::nanoTime);
    }
}
