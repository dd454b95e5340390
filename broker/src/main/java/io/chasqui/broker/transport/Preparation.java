package io.chasqui.broker.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.LoggerFactory;

/**
 * Loads what a listener needs of Netty, by making a channel and throwing it away: a third of a start. A program that has other
 * things to do before it starts a broker begins with it, and a thread of its own does it meanwhile; else {@link Transport} does it
 * when it is made. Once in a JVM. Any thread.
 */
public final class Preparation {
    private static final FutureTask<Boolean> EPOLL = new FutureTask<>(Preparation::load);

    private Preparation() {}

    /** The caller leaves Netty alone until it makes a {@link Transport}: its classes do not bear to be initialised by two threads. */
    public static void begin() {
        LoggerFactory.getILoggerFactory(); // SLF4J complains of lines that come from a second thread while it is made
        Thread.ofPlatform().name("prepare").daemon().start(EPOLL);
    }

    /** Waits until all is loaded. Returns whether there is epoll. */
    static boolean epoll() {
        EPOLL.run(); // which does nothing where it was begun
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return EPOLL.get();
                } catch (InterruptedException _) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean load() {
        boolean epoll = Epoll.isAvailable();
        Channel channel = epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
        channel.pipeline().addLast(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel never) {} // for it is never registered
        });
        channel.unsafe().closeForcibly();
        ByteBufAllocator.DEFAULT.directBuffer(Transport.READ_BYTES).release();
        return epoll;
    }
}
