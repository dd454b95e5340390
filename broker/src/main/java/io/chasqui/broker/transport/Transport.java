package io.chasqui.broker.transport;

import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.tls.TlsException;
import io.chasqui.broker.tls.TlsFiles;
import io.chasqui.broker.tls.TlsMaterial;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops and the sockets on them: epoll on Linux, NIO elsewhere. Any thread but the loops. */
public final class Transport {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    static final int READ_BYTES = 64 << 10;
    private static final int BACKLOG = 4096;
    private static final int TICKET_KEY_HOURS = 12;

    private final boolean epoll = Preparation.epoll(); // before all else of Netty
    private final LoopThreads threads = new LoopThreads();
    private final MultiThreadIoEventLoopGroup group;
    private final List<NettyLoop> loops = new ArrayList<>();
    private final int outboundBufferBytes;
    private final int maxConnections;
    private final Semaphore room; // one permit a connection
    private final List<Channel> listening = new ArrayList<>();
    private final List<UnixSocket> files = new ArrayList<>(); // of those that listen
    private final Map<String, TlsStage> encrypted = new ConcurrentHashMap<>(); // by the name of the door
    private final ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "tls-files");
        thread.setDaemon(true);
        return thread;
    }); // which has its thread once there is something to do
    private final List<Station> stations;
    private final Engine engine;

    /**
     * Starts the loops.
     *
     * @param loopCount event loops, one thread each
     * @param outboundBufferBytes bytes that may wait in one socket's buffer before messages wait in the session
     * @param maxConnections of all listeners together
     * @param connectionMemoryBytes that all connections together may hold
     * @param build makes the engine over the loops
     */
    public Transport(
            int loopCount,
            int outboundBufferBytes,
            int maxConnections,
            long connectionMemoryBytes,
            Function<List<NettyLoop>, Engine> build) {
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
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
            list.add(new Station(loops.get(list.size()), core, connectionMemoryBytes / loopCount));
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
     * @throws UncheckedIOException when it cannot be bound, or a file of its TLS cannot be used
     */
    public SocketAddress listen(Door door) {
        TlsStage tls = tls(door);
        Listener listener = new Listener(
                door.name(),
                door.maxConnections(),
                door.connectionsPerAddress(),
                door.connectTimeout().toNanos(),
                room);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(outboundBufferBytes / 2, outboundBufferBytes))
                .handler(AcceptPace.of(door))
                .childHandler(new Entrance(this, door, listener, tls));
        return door.unixSocket() == null
                ? bind(bootstrap, door, new InetSocketAddress(door.host(), door.port()))
                : bindFile(bootstrap, door, new UnixSocket(door.unixSocket()));
    }

    private SocketAddress bind(ServerBootstrap bootstrap, Door door, InetSocketAddress address) {
        bootstrap
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true);
        return bindTo(bootstrap, door, address, door.host() + ":" + door.port());
    }

    private SocketAddress bindFile(ServerBootstrap bootstrap, Door door, UnixSocket file) {
        String path = String.valueOf(Objects.requireNonNull(door.unixSocket()).path());
        try {
            String unfinished = file.prepare().toString();
            if (epoll) {
                bootstrap.channel(EpollServerDomainSocketChannel.class);
                bindTo(bootstrap, door, new DomainSocketAddress(unfinished), path);
            } else {
                bootstrap.channel(NioServerDomainSocketChannel.class);
                bindTo(bootstrap, door, UnixDomainSocketAddress.of(unfinished), path);
            }
            file.publish();
        } catch (IOException e) {
            throw cannotBind(door, path, e);
        }
        files.add(file);
        return UnixDomainSocketAddress.of(path);
    }

    private SocketAddress bindTo(ServerBootstrap bootstrap, Door door, SocketAddress address, String where) {
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw cannotBind(door, where, bound.cause());
        }
        listening.add(bound.channel());
        return bound.channel().localAddress();
    }

    private static UncheckedIOException cannotBind(Door door, String where, Throwable cause) {
        return new UncheckedIOException(new IOException(
                "listener \"" + door.name() + "\" cannot bind " + where + ": " + cause.getMessage(), cause));
    }

    private @Nullable TlsStage tls(Door door) {
        if (door.tls() == null) {
            return null;
        }
        try {
            TlsStage stage = new TlsStage(door.tls(), TlsMaterial.read(door.tls()));
            TlsFiles files = new TlsFiles(door.name(), door.tls(), stage.material(), stage::use, Clock.systemUTC());
            long interval = door.tls().reloadInterval().toMillis();
            upkeep.scheduleWithFixedDelay(files::look, 0, interval, TimeUnit.MILLISECONDS);
            upkeep.scheduleWithFixedDelay(stage::renewTicketKey, TICKET_KEY_HOURS, TICKET_KEY_HOURS, TimeUnit.HOURS);
            encrypted.put(door.name(), stage);
            return stage;
        } catch (TlsException e) {
            throw new UncheckedIOException("listener \"" + door.name() + "\": " + e.getMessage(), e);
        }
    }

    /** When the first certificate of each encrypted door expires, by the name of the door. */
    public Map<String, Instant> certificateExpiries() {
        return encrypted.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, door -> door.getValue().material().notAfter()));
    }

    /** Memory outside the heap that is held for buffers of sockets, of all brokers of this process; RocksDB's is not in it. */
    public static long directBytes() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    Station stationOf(EventLoop eventLoop) {
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

    private static void remove(UnixSocket file) {
        try {
            file.remove();
        } catch (IOException e) {
            LOG.warn("the file of a socket stays: {}", e.toString()); // the next start takes its place
        }
    }

    /** Lets time pass on all loops at once, after what has come before; done when what is due has run. */
    public CompletableFuture<Void> jump(long nanos) {
        return CompletableFuture.allOf(loops.stream()
                .map(loop -> CompletableFuture.runAsync(() -> loop.jump(nanos), loop::afterInput))
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Says goodbye on all connections, waits for them to close for {@code grace} at the most, and stops the loops. */
    public void close(Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        upkeep.shutdownNow();
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        files.forEach(Transport::remove);
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
        encrypted.values().forEach(TlsStage::close);
    }
}
