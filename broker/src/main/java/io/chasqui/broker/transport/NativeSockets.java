package io.chasqui.broker.transport;

import io.netty.channel.epoll.Epoll;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether there is epoll. To find out, Netty has to be loaded with its native library, a third of the first start in a JVM: begun
 * early, that goes on beside what else is loaded then. Any thread.
 */
public final class NativeSockets {
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private NativeSockets() {}

    /** Begins to find out, once in a JVM. The caller touches no other class of Netty before {@link #available}. */
    public static void load() {
        if (BEGUN.compareAndSet(false, true)) {
            Thread.ofPlatform().name("load-sockets").daemon().start(Epoll::isAvailable);
        }
    }

    /** Waits until it is known: for the class to be initialised. */
    static boolean available() {
        return Epoll.isAvailable();
    }
}
