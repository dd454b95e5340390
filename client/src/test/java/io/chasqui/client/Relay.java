package io.chasqui.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before a broker: takes a connection in its own way, and passes the bytes on, both ways. */
final class Relay implements AutoCloseable {
    /** Waits for a connection. */
    interface Door extends Closeable {
        Visitor accept() throws IOException;
    }

    /** A connection, however it is made. */
    record Visitor(InputStream in, OutputStream out, Closeable socket) {}

    /** What is said before the bytes are passed on: the port of this machine to pass them to. */
    interface Greeting {
        int greet(InputStream in, OutputStream out) throws IOException;
    }

    private final Door door;
    private final Greeting greeting;
    private final List<Closeable> open = new CopyOnWriteArrayList<>();

    Relay(Door door, Greeting greeting) {
        this.door = door;
        this.greeting = greeting;
        open.add(door);
        Thread.startVirtualThread(this::run);
    }

    private void run() {
        try {
            while (true) {
                Visitor visitor = door.accept();
                open.add(visitor.socket);
                Thread.startVirtualThread(() -> serve(visitor));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Visitor visitor) {
        try (Closeable mine = visitor.socket;
                Socket broker = new Socket(InetAddress.getLoopbackAddress(), greeting.greet(visitor.in, visitor.out))) {
            open.add(mine);
            open.add(broker);
            Thread.startVirtualThread(() -> pass(broker, visitor));
            visitor.in.transferTo(broker.getOutputStream());
        } catch (IOException e) {
            // one of them has gone
        }
    }

    private static void pass(Socket broker, Visitor visitor) {
        try (Closeable end = visitor.socket) {
            broker.getInputStream().transferTo(visitor.out);
            assert end != null;
        } catch (IOException e) {
            // one of them has gone
        }
    }

    @Override
    public void close() throws IOException {
        for (Closeable one : open) {
            one.close();
        }
    }
}
