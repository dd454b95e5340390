package io.chasqui.broker.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets connections in no faster than so many a second. Those beyond wait in a queue, where nothing is read of them and their
 * handshakes cost nothing; those for whom the queue has no room are {@linkplain BusyAnswer told that the server is busy}. So a flood of
 * handshakes takes a known share of the loops from those who are in. The handler of a server channel; confined to its loop.
 */
final class AcceptPace extends ChannelInboundHandlerAdapter {
    /** Of a connection that is to be told that the server is busy. */
    static final AttributeKey<Boolean> BUSY = AttributeKey.valueOf(AcceptPace.class, "busy");

    private static final long SECOND = 1_000_000_000L;
    private static final long SHORTEST_PAUSE = 10_000_000L; // nanoseconds

    private final LongSupplier nanoTime;
    private final long nanosEach;
    private final long ahead; // nanoseconds that unused time may be saved up for: a tenth of a second
    private final int most; // connections that may wait
    private final Queue<Channel> waiting = new ArrayDeque<>();
    private long free; // when the next one may come, if it were not for what is saved
    private boolean scheduled; // the first of those that wait will be let in

    /**
     * @param perSecond connections, 1 or more
     * @param most connections that may wait
     * @param nanoTime a clock that only runs forwards
     */
    AcceptPace(int perSecond, int most, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.nanosEach = SECOND / perSecond;
        this.ahead = Math.max(SECOND / 10, nanosEach);
        this.most = most;
        this.free = nanoTime.getAsLong() - ahead;
    }

    /** @param accepted a channel that no loop has yet */
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        if (waiting.isEmpty() && free <= nanoTime.getAsLong()) {
            letIn(context, accepted);
        } else if (waiting.size() < most) {
            waiting.add((Channel) accepted);
            letInLater(context);
        } else {
            ((Channel) accepted).attr(BUSY).set(true);
            context.fireChannelRead(accepted);
        }
    }

    private void letIn(ChannelHandlerContext context, Object accepted) {
        free = Math.max(free, nanoTime.getAsLong() - ahead) + nanosEach;
        context.fireChannelRead(accepted);
    }

    private void letInLater(ChannelHandlerContext context) {
        if (scheduled) {
            return;
        }
        scheduled = true;
        long pause = Math.max(SHORTEST_PAUSE, free - nanoTime.getAsLong());
        context.executor()
                .schedule(
                        () -> {
                            scheduled = false;
                            letInThoseDue(context);
                        },
                        pause,
                        TimeUnit.NANOSECONDS);
    }

    private void letInThoseDue(ChannelHandlerContext context) {
        while (!waiting.isEmpty() && free <= nanoTime.getAsLong()) {
            letIn(context, waiting.remove());
        }
        if (!waiting.isEmpty()) {
            letInLater(context);
        }
    }

    /** The door is closed, also to those who wait. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        waiting.forEach(channel -> channel.unsafe().closeForcibly());
        waiting.clear();
        context.fireChannelInactive();
    }

    /** The bootstrap's handler for a door: one that paces, or one that does nothing. */
    static ChannelHandler of(Door door) {
        return door.connectRate() == 0
                ? new ChannelInboundHandlerAdapter()
                : new AcceptPace(door.connectRate(), door.connectQueue(), System::nanoTime);
    }
}
