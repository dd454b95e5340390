package io.chasqui.client.transport;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.TopicTable;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of the operating system, and the event threads that all clients of this JVM share: as many as cores, four at the
 * most, started for the first client and ended with the last. Safe on any thread.
 */
public final class Sockets implements Network {
    private static final int MAX_THREADS = 4;
    private static final int KNOWN_TOPICS = 1_024; // for each thread
    private static final int HIGH_WATER_BYTES = 256 << 10;

    private static @Nullable Sockets shared; // under the lock of the class, as is its users
    private static int users;

    private final Threads threads = new Threads();
    private final MultiThreadIoEventLoopGroup group;
    private final List<Loop> loops = new ArrayList<>();
    private int next;

    private Sockets() {
        boolean epoll = Epoll.isAvailable();
        int count = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_THREADS);
        group = new MultiThreadIoEventLoopGroup(
                count, threads, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        for (EventExecutor executor : group) {
            loops.add(new Loop((EventLoop) executor));
        }
    }

    /** One client more; it calls {@link #release} once. */
    public static synchronized Sockets acquire() {
        Sockets network = shared;
        if (network == null) {
            network = new Sockets();
            shared = network;
        }
        users++;
        return network;
    }

    /** When it was the last client, waits for the threads to end, unless it is called on one of them. */
    @Override
    public void release() {
        synchronized (Sockets.class) {
            if (--users > 0) {
                return;
            }
            shared = null;
        }
        var ended = group.shutdownGracefully(0, 2_000, TimeUnit.MILLISECONDS);
        if (loops.stream().noneMatch(Loop::isCurrent)) {
            ended.awaitUninterruptibly();
            threads.join();
        }
    }

    /** Makes the threads, and waits for their end: Netty says that a loop has ended while its thread still runs. */
    private static final class Threads extends DefaultThreadFactory {
        private final List<Thread> made = new CopyOnWriteArrayList<>();

        Threads() {
            super("mqtt-client", true);
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
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Loop implements EventThread {
        final EventLoop eventLoop;
        final TopicTable topics = new TopicTable(KNOWN_TOPICS);
        final RandomGenerator random = new SplittableRandom();

        Loop(EventLoop eventLoop) {
            this.eventLoop = eventLoop;
        }

        @Override
        public boolean isCurrent() {
            return eventLoop.inEventLoop();
        }

        @Override
        public void execute(Runnable task) {
            eventLoop.execute(task);
        }

        @Override
        public Future<?> schedule(Runnable task, long delayNanos) {
            return eventLoop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public RandomGenerator random() {
            assert isCurrent();
            return random;
        }
    }

    @Override
    public EventThread thread() {
        synchronized (loops) {
            return loops.get(next++ % loops.size());
        }
    }

    @Override
    public void dial(
            EventThread thread,
            Endpoint endpoint,
            MqttVersion version,
            long maximumReceivedBytes,
            WireListener listener) {
        Loop loop = (Loop) thread;
        boolean epoll = Epoll.isAvailable();
        boolean unix = endpoint.scheme() == Endpoint.Scheme.UNIX;
        Class<? extends Channel> kind = epoll
                ? (unix ? EpollDomainSocketChannel.class : EpollSocketChannel.class)
                : (unix ? NioDomainSocketChannel.class : NioSocketChannel.class);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.eventLoop)
                .channel(kind)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        endpoint.connectTimeout().toMillis())
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(HIGH_WATER_BYTES / 2, HIGH_WATER_BYTES))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        furnish(channel, endpoint);
                        channel.pipeline()
                                .addLast(new MqttChannel(
                                        channel,
                                        loop,
                                        listener,
                                        begins(endpoint.scheme()),
                                        version,
                                        maximumReceivedBytes,
                                        loop.topics,
                                        4L * HIGH_WATER_BYTES));
                    }
                });
        if (!unix) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
        }
        if (endpoint.proxy() != null) {
            bootstrap.disableResolver(); // the proxy knows the server's name
        }
        if (endpoint.localAddress() != null && !unix) {
            bootstrap.localAddress(endpoint.localAddress(), 0);
        }
        var connecting = bootstrap.connect(address(endpoint, epoll));
        Channel channel = connecting.channel();
        connecting.addListener(done -> {
            MqttChannel mqtt = channel.pipeline().get(MqttChannel.class);
            if (mqtt == null) {
                listener.onClosed(done.cause());
            } else if (done.isSuccess()) {
                mqtt.onConnected();
            } else {
                mqtt.onFailed(done.cause());
            }
        });
    }

    private static MqttChannel.Begins begins(Endpoint.Scheme scheme) {
        return switch (scheme) {
            case TCP, UNIX -> MqttChannel.Begins.WHEN_CONNECTED;
            case TLS -> MqttChannel.Begins.AFTER_TLS;
            case WEB_SOCKET, WEB_SOCKET_TLS -> MqttChannel.Begins.AFTER_WEB_SOCKET;
        };
    }

    private static SocketAddress address(Endpoint endpoint, boolean epoll) {
        if (endpoint.scheme() == Endpoint.Scheme.UNIX) {
            return epoll ? new DomainSocketAddress(endpoint.host()) : UnixDomainSocketAddress.of(endpoint.host());
        }
        return InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port());
    }

    /** The stages before MQTT, from the socket inwards. */
    private static void furnish(Channel channel, Endpoint endpoint) {
        ChannelPipeline pipeline = channel.pipeline();
        Endpoint.Proxy proxy = endpoint.proxy();
        if (proxy != null) {
            ProxyHandler handler = proxyHandler(proxy);
            handler.setConnectTimeoutMillis(endpoint.connectTimeout().toMillis());
            pipeline.addLast(handler);
        }
        Security security = endpoint.security();
        if (endpoint.scheme().isSecure() && security != null) {
            SslHandler tls = security.context().newHandler(channel.alloc(), endpoint.host(), endpoint.port());
            SSLParameters parameters = tls.engine().getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm(security.checkHostName() ? "HTTPS" : "");
            tls.engine().setSSLParameters(parameters);
            tls.setHandshakeTimeoutMillis(endpoint.connectTimeout().toMillis());
            pipeline.addLast(tls);
        }
        if (endpoint.scheme().isWebSocket()) {
            WebSocketStage.addTo(pipeline, endpoint);
        }
    }

    private static ProxyHandler proxyHandler(Endpoint.Proxy proxy) {
        InetSocketAddress address = new InetSocketAddress(proxy.host(), proxy.port());
        String userName = proxy.userName();
        String password = proxy.password() == null ? "" : proxy.password();
        return switch (proxy.kind()) {
            case HTTP ->
                userName == null ? new HttpProxyHandler(address) : new HttpProxyHandler(address, userName, password);
            case SOCKS5 ->
                userName == null
                        ? new Socks5ProxyHandler(address)
                        : new Socks5ProxyHandler(address, userName, password);
        };
    }
}
