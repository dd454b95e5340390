package io.chasqui.testkit;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stands between clients and a broker and passes packets on, until it is told of a fault. A fault meets the next packet of its
 * kind that comes after the call, on any connection, once; several wait in the order of the calls. Clients of any make and
 * version connect to {@link #uri}. Safe on any thread; virtual threads do the work.
 */
public final class FaultyNetwork implements AutoCloseable {
    /** Control Packets, in the order of their numbers. */
    public enum Kind {
        CONNECT,
        CONNACK,
        PUBLISH,
        PUBACK,
        PUBREC,
        PUBREL,
        PUBCOMP,
        SUBSCRIBE,
        SUBACK,
        UNSUBSCRIBE,
        UNSUBACK,
        PINGREQ,
        PINGRESP,
        DISCONNECT,
        AUTH
    }

    /** Which way a packet goes. */
    public enum Way {
        TO_BROKER,
        TO_CLIENT
    }

    private enum Fault {
        LOSE,
        DUPLICATE,
        HOLD,
        CUT
    }

    private record Order(Way way, Kind kind, Fault fault) {}

    /** A packet that is held back, and where it belongs. */
    private record Held(OutputStream to, byte[] packet) {}

    private final ServerSocket listening;
    private final int brokerPort;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();

    // Under the lock of this.
    private final List<Order> orders = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private int met;

    FaultyNetwork(int brokerPort) {
        this.brokerPort = brokerPort;
        try {
            this.listening = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(this::accept);
    }

    /** Where clients connect. */
    public String uri() {
        return "mqtt://127.0.0.1:" + port();
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** The next such packet does not arrive. */
    public void lose(Way way, Kind kind) {
        order(new Order(way, kind, Fault.LOSE));
    }

    /** The next such packet arrives twice. */
    public void duplicate(Way way, Kind kind) {
        order(new Order(way, kind, Fault.DUPLICATE));
    }

    /** The next such packet waits for {@link #release}, while those behind it pass. */
    public void hold(Way way, Kind kind) {
        order(new Order(way, kind, Fault.HOLD));
    }

    /** The connection breaks in the middle of the next such packet. */
    public void cutIn(Way way, Kind kind) {
        order(new Order(way, kind, Fault.CUT));
    }

    private synchronized void order(Order order) {
        orders.add(order);
    }

    /** Waits until all faults that were ordered have met a packet. */
    public synchronized void awaitFaults() throws InterruptedException {
        while (!orders.isEmpty()) {
            wait();
        }
    }

    /** How many packets met a fault. */
    public synchronized int met() {
        return met;
    }

    /** Lets the packets go that were held back, as far as their connections are still there. */
    public synchronized void release() {
        for (Held one : held) {
            try {
                write(one.to, one.packet);
            } catch (IOException e) {
                // its connection has gone
            }
        }
        held.clear();
    }

    /** Breaks all connections now. New ones can be made. */
    public void cut() {
        for (Closeable one : open) {
            close(one);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Thread.startVirtualThread(() -> serve(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort)) {
            open.add(broker);
            client.setTcpNoDelay(true);
            broker.setTcpNoDelay(true);
            Thread back = Thread.startVirtualThread(() -> pass(Way.TO_CLIENT, broker, client));
            pass(Way.TO_BROKER, client, broker);
            back.join();
            open.remove(broker);
        } catch (IOException e) {
            // the broker has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(client);
            open.remove(client);
        }
    }

    private void pass(Way way, Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (true) {
                byte[] packet = read(in);
                Fault fault = faultFor(way, packet, out);
                if (fault == Fault.CUT) {
                    write(out, Arrays.copyOf(packet, packet.length / 2));
                    return;
                }
                int times = fault == null ? 1 : fault == Fault.DUPLICATE ? 2 : 0;
                for (int i = 0; i < times; i++) {
                    write(out, packet);
                }
            }
        } catch (IOException e) {
            // one of them has gone
        }
    }

    private synchronized @Nullable Fault faultFor(Way way, byte[] packet, OutputStream out) {
        int number = (packet[0] & 0xF0) >> 4;
        for (Iterator<Order> all = orders.iterator(); all.hasNext(); ) {
            Order order = all.next();
            if (order.way == way && order.kind.ordinal() + 1 == number) {
                all.remove();
                met++;
                notifyAll();
                if (order.fault == Fault.HOLD) {
                    held.add(new Held(out, packet));
                }
                return order.fault;
            }
        }
        return null;
    }

    /** What is written whole to a socket stays whole, also beside what {@link #release} writes. */
    private static void write(OutputStream out, byte[] bytes) throws IOException {
        synchronized (out) {
            out.write(bytes);
        }
    }

    /** One packet, header and all. */
    private static byte[] read(InputStream in) throws IOException {
        byte[] header = new byte[5];
        int length = 0;
        int headerBytes = 0;
        header[headerBytes++] = next(in);
        for (int shift = 0, b = 0x80; b >= 0x80 && headerBytes < 5; shift += 7) {
            header[headerBytes] = next(in);
            b = header[headerBytes++] & 0xFF;
            length |= (b & 0x7F) << shift;
        }
        byte[] packet = Arrays.copyOf(header, headerBytes + length);
        if (in.readNBytes(packet, headerBytes, length) < length) {
            throw new EOFException();
        }
        return packet;
    }

    private static byte next(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException();
        }
        return (byte) b;
    }

    private static void close(Closeable one) {
        try {
            one.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    @Override
    public void close() {
        close(listening);
        cut();
    }
}
