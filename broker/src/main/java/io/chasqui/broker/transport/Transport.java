package io.chasqui.broker.transport;

import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops and the sockets on them: epoll on Linux, NIO elsewhere. Any thread but the loops. */
public final class Transport {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    private static final int READ_BYTES = 64 << 10;
    private static final int BACKLOG = 4096;

    private final LoopThreads threads = new LoopThreads();
    private final MultiThreadIoEventLoopGroup group;
    private final Class<? extends ServerChannel> serverChannel;
    private final List<NettyLoop> loops = new ArrayList<>();
    private final int outboundBufferBytes;
    private final int maxConnections;
    private final Semaphore room; // one permit a connection
    private final List<Channel> listening = new ArrayList<>();
    private final List<Station> stations;
    private final Engine engine;

    /**
     * Starts the loops.
     *
     * @param loopCount event loops, one thread each
     * @param outboundBufferBytes bytes that may wait in one socket's buffer before messages wait in the session
     * @param maxConnections of all listeners together
     * @param build makes the engine over the loops
     */
    public Transport(
            int loopCount, int outboundBufferBytes, int maxConnections, Function<List<NettyLoop>, Engine> build) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.serverChannel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        this.group = new MultiThreadIoEventLoopGroup(loopCount, threads, io);
        this.outboundBufferBytes = outboundBufferBytes;
        this.maxConnections = maxConnections;
        this.room = new Semaphore(maxConnections);
        for (EventExecutor executor : group) {
            loops.add(new NettyLoop((EventLoop) executor, loops.size()));
        }
        this.engine = build(build);
        List<Station> list = new ArrayList<>();
        for (Core core : engine.cores()) {
            list.add(new Station(loops.get(list.size()), core));
        }
        this.stations = List.copyOf(list);
    }

    private Engine build(Function<List<NettyLoop>, Engine> build) {
        try {
            return build.apply(List.copyOf(loops));
        } catch (RuntimeException e) { // the store cannot be read: no thread may stay behind
            group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            throw e;
        }
    }

    /** Makes the threads of the loops, and waits for their end: Netty says that a loop has ended while its thread still runs. */
    private static final class LoopThreads extends DefaultThreadFactory {
        private final List<Thread> made = new CopyOnWriteArrayList<>();

        LoopThreads() {
            super("loop");
        }

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = super.newThread(task);
            made.add(thread);
            return thread;
        }

        void join() {
            try {
                for (Thread thread : made) {
                    thread.join();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public Engine engine() {
        return engine;
    }

    /**
     * Opens a door.
     *
     * @return the address that it is bound to
     * @throws UncheckedIOException when it cannot be bound
     */
    public InetSocketAddress listen(Door door) {
        Listener listener = new Listener(
                door.name(), door.maxConnections(), door.connectTimeout().toNanos(), room);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(serverChannel)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(outboundBufferBytes / 2, outboundBufferBytes))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (listener.admit()) {
                            furnish(channel, listener, door.webSocket());
                        } else {
                            channel.close();
                        }
                    }
                });
        var bound = bootstrap.bind(door.host(), door.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new UncheckedIOException(new IOException(
                    "listener \"" + door.name() + "\" cannot bind " + door.host() + ":" + door.port() + ": "
                            + bound.cause().getMessage(),
                    bound.cause()));
        }
        listening.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /** The stages of a channel, from the socket inwards: TLS will be the first, then WebSocket, and MQTT is the last. */
    private void furnish(Channel channel, Listener listener, Door.@Nullable WebSocket webSocket) {
        Station station = stationOf(channel.eventLoop());
        WebSocketFrames frames = null;
        if (webSocket != null) {
            int maxFrameBytes = Math.max(READ_BYTES, station.core.policy().maxPacketBytes());
            frames = new WebSocketFrames(maxFrameBytes, webSocket.pingInterval().toNanos());
            Handshake.addTo(channel.pipeline(), webSocket, frames);
        }
        channel.pipeline().addLast(new MqttHandler(this, listener, channel, station, frames));
    }

    private Station stationOf(EventLoop eventLoop) {
        for (Station station : stations) {
            if (station.loop.eventLoop() == eventLoop) {
                return station;
            }
        }
        throw new IllegalStateException("not a loop of ours");
    }

    Station homeOf(String clientId) {
        return stations.get(engine.homes().loop(clientId));
    }

    int outboundBufferBytes() {
        return outboundBufferBytes;
    }

    /** Lets time pass on all loops at once; done when what is due has run. */
    public CompletableFuture<Void> jump(long nanos) {
        return CompletableFuture.allOf(loops.stream()
                .map(loop -> CompletableFuture.runAsync(() -> loop.jump(nanos), loop::execute))
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Says goodbye on all connections, waits for them to close for {@code grace} at the most, and stops the loops. */
    public void close(Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        CountDownLatch stopped = new CountDownLatch(stations.size());
        for (Station station : stations) {
            station.loop.execute(() -> {
                station.stop();
                stopped.countDown();
            });
        }
        try {
            if (!stopped.await(grace.toNanos(), TimeUnit.NANOSECONDS)
                    || !room.tryAcquire(maxConnections, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                LOG.debug("not all connections closed within {}", grace);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // then without waiting for the peers
        }
        group.shutdownGracefully(0, grace.toMillis() + 1000, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        threads.join();
    }
}
