package io.chasqui.interop;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A TCP relay between clients and the broker, on a port of its own. It keeps what it has relayed, can lose all bytes of one
 * direction, and can break. One virtual thread for each direction of each connection; all state is guarded by this.
 */
final class Wire implements Closeable {
    private final BrokerUnderTest broker;
    private final ServerSocket door;
    private final List<Connection> connections = new ArrayList<>();
    private boolean losesTowardsBroker;
    private boolean losesTowardsClient;

    /** Bytes lost since the loss began. */
    private long lostBytes;

    /** Connections whose client has gone, all its bytes relayed. */
    private int ended;

    /** What went through one connection, in the order of connecting. Bytes that were lost are not among them. */
    private record Connection(
            Socket client, Socket broker, ByteArrayOutputStream towardsBroker, ByteArrayOutputStream towardsClient) {}

    Wire(BrokerUnderTest broker) throws IOException {
        this.broker = broker;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    /** From now on nothing that a client sends reaches the broker, until {@link #cut}. */
    synchronized void loseTowardsBroker() {
        losesTowardsBroker = true;
        lostBytes = 0;
    }

    /** From now on nothing that the broker sends reaches a client, until {@link #cut}. */
    synchronized void loseTowardsClient() {
        losesTowardsClient = true;
        lostBytes = 0;
    }

    /** Waits until something has been lost. */
    void awaitLoss() throws InterruptedException {
        await(() -> lostBytes > 0, "nothing was sent that could have been lost");
    }

    /** Waits until clients have left all connections of theirs, of which there was one at least. */
    void awaitEnd() throws InterruptedException {
        await(() -> !connections.isEmpty() && ended == connections.size(), "a client is still there");
    }

    /** Waits until a client has sent {@code bytes}, which a test knows from the packet that it waits for. */
    void awaitSent(byte[] bytes) throws InterruptedException {
        String wanted = new String(bytes, StandardCharsets.ISO_8859_1);
        await(
                () -> connections.stream()
                        .anyMatch(connection -> connection
                                .towardsBroker
                                .toString(StandardCharsets.ISO_8859_1)
                                .contains(wanted)),
                "it was not sent");
    }

    /** @param happened asked under the lock, whenever something has been relayed or lost */
    private synchronized void await(BooleanSupplier happened, String otherwise) throws InterruptedException {
        long deadline = System.nanoTime() + Guest.PATIENCE.toNanos();
        while (!happened.getAsBoolean()) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError(otherwise);
            }
            wait(millis);
        }
    }

    /** Breaks all connections, without a word of MQTT. New ones are whole again. */
    synchronized void cut() {
        for (Connection connection : connections) {
            closeQuietly(connection.client);
            closeQuietly(connection.broker);
        }
        losesTowardsBroker = false;
        losesTowardsClient = false;
    }

    /** What clients have sent, connection by connection. */
    synchronized List<byte[]> sentToBroker() {
        return connections.stream()
                .map(connection -> connection.towardsBroker.toByteArray())
                .toList();
    }

    /** What the broker has sent, connection by connection. */
    synchronized List<byte[]> sentToClients() {
        return connections.stream()
                .map(connection -> connection.towardsClient.toByteArray())
                .toList();
    }

    @Override
    public void close() throws IOException {
        door.close();
        cut();
    }

    private void accept() {
        try {
            while (true) {
                connect(door.accept());
            }
        } catch (IOException e) {
            if (!door.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void connect(Socket client) {
        Connection connection;
        try {
            Socket upstream = new Socket(broker.host(), broker.port());
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            connection = new Connection(client, upstream, new ByteArrayOutputStream(), new ByteArrayOutputStream());
        } catch (IOException _) {
            closeQuietly(client); // which sees so that there is no broker
            return;
        }
        synchronized (this) {
            connections.add(connection);
        }
        Thread.ofVirtual().start(() -> relay(connection, true));
        Thread.ofVirtual().start(() -> relay(connection, false));
    }

    /** Relays until either end closes; then both are closed, so that each sees the other go. */
    private void relay(Connection connection, boolean towardsBroker) {
        Socket from = towardsBroker ? connection.client : connection.broker;
        Socket to = towardsBroker ? connection.broker : connection.client;
        byte[] buffer = new byte[1 << 16];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int length; (length = in.read(buffer)) >= 0; ) {
                if (keep(connection, towardsBroker, buffer, length)) {
                    out.write(buffer, 0, length);
                }
            }
        } catch (IOException _) {
            // An end that breaks off is what a wire is for; the other end is closed with it.
        }
        if (towardsBroker) {
            synchronized (this) {
                ended++;
                notifyAll();
            }
        }
    }

    /** @return whether the bytes go on */
    private synchronized boolean keep(Connection connection, boolean towardsBroker, byte[] buffer, int length) {
        if (towardsBroker ? losesTowardsBroker : losesTowardsClient) {
            lostBytes += length;
            notifyAll();
            return false;
        }
        (towardsBroker ? connection.towardsBroker : connection.towardsClient).write(buffer, 0, length);
        notifyAll();
        return true;
    }

    private static void closeQuietly(Closeable end) {
        try {
            end.close();
        } catch (IOException _) {
            // Closing is all that was wanted of it.
        }
    }
}
