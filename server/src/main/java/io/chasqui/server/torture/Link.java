package io.chasqui.server.torture;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One Network Connection of a client, from CONNECT on. A virtual thread of its own reads packets into a bounded inbox; all
 * methods are for the one thread that is the client, but {@link #close}, which any may call to free that thread.
 */
final class Link implements AutoCloseable {
    static final int KEEP_ALIVE_SECONDS = 60;

    /** Packets that were read and not yet taken. When it is full nothing more is read from the socket. */
    static final int INBOX = 4_096;

    private static final Duration PING_AFTER = Duration.ofSeconds(20); // without a packet of ours
    private static final int READ_BYTES = 16 * 1024;
    private static final long MAX_PACKET_BYTES = 1 << 20;
    private static final ConnAck NOT_YET = new ConnAck(false, ReasonCode.UNSPECIFIED_ERROR);

    /** The last thing in the inbox, known by its identity. */
    private static final Packet END = new Disconnect(ReasonCode.UNSPECIFIED_ERROR);

    private final Socket socket;
    private final MqttVersion version;
    private final Consumer<ProtocolException> breach;
    private final BlockingQueue<Packet> inbox = new ArrayBlockingQueue<>(INBOX);
    private final Thread reader;
    private final ByteBuf out = Unpooled.buffer();
    private ConnAck connAck = NOT_YET;
    private long lastSent = System.nanoTime();

    private Link(Socket socket, MqttVersion version, Consumer<ProtocolException> breach) {
        this.socket = socket;
        this.version = version;
        this.breach = breach;
        this.reader = Thread.ofVirtual().unstarted(this::read);
    }

    /**
     * Connects, sends CONNECT and waits for CONNACK, whatever it says.
     *
     * @param timeout for each of the two
     * @param breach told when the broker sends what the standard does not allow, by the reading thread
     */
    static Link open(InetSocketAddress address, Connect connect, Duration timeout, Consumer<ProtocolException> breach)
            throws LinkLostException, InterruptedException {
        Socket socket = new Socket();
        try {
            socket.connect(address, Math.toIntExact(timeout.toMillis()));
            socket.setTcpNoDelay(true);
        } catch (IOException e) {
            closeQuietly(socket);
            throw new LinkLostException("cannot connect: " + e.getMessage());
        }
        Link link = new Link(socket, connect.version(), breach);
        try {
            link.reader.start();
            link.send(connect);
            Packet first = link.next(timeout);
            if (!(first instanceof ConnAck connAck)) {
                throw new LinkLostException(first == null ? "no CONNACK within " + timeout : "no CONNACK but " + first);
            }
            link.connAck = connAck;
            return link;
        } catch (LinkLostException | InterruptedException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    ConnAck connAck() {
        return connAck;
    }

    /** Appends to what goes out with the next {@link #next}. */
    void send(Packet packet) {
        PacketEncoder.encode(packet, version, out);
    }

    /**
     * Takes the next packet but PINGRESP; sends what is waiting first when there is none yet.
     *
     * @return null when none came within {@code timeout}
     * @throws LinkLostException when the connection is gone and all that came over it has been taken
     */
    @Nullable
    Packet next(Duration timeout) throws LinkLostException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Packet packet = inbox.poll();
            long left = deadline - System.nanoTime();
            if (packet == null) {
                flush();
                packet = inbox.poll(Math.min(left, PING_AFTER.toNanos()), TimeUnit.NANOSECONDS);
            }
            if (packet == END) {
                throw new LinkLostException("the connection ended");
            }
            boolean timedOut = packet == null && left <= 0;
            if (timedOut || packet != null && !(packet instanceof PingResp)) {
                return packet;
            }
        }
    }

    /**
     * Sends what is waiting. Says nothing when that fails: what the broker had sent before it died may hold an
     * acknowledgement and is read first; {@link #next} tells the end.
     */
    void flush() {
        if (System.nanoTime() - lastSent > PING_AFTER.toNanos()) {
            send(PingReq.INSTANCE);
        }
        if (!out.isReadable()) {
            return;
        }
        lastSent = System.nanoTime();
        try {
            out.readBytes(socket.getOutputStream(), out.readableBytes());
        } catch (IOException _) {
            // The reader sees it, too.
        }
        out.clear();
    }

    private void read() {
        ByteBuf in = Unpooled.buffer(READ_BYTES);
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Role.CLIENT, MAX_PACKET_BYTES, TopicNames.UNCACHED);
        decoder.version(version);
        try (socket) {
            readFrom(socket.getInputStream(), in, decoder);
        } catch (ProtocolException e) {
            breach.accept(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // by close()
        } catch (IOException _) {
            // The connection has ended, by them or by us.
        }
        end();
    }

    /** Tells the end, also to one whose connection somebody else closes; that one loses what is in a full inbox. */
    private void end() {
        try {
            inbox.put(END);
        } catch (InterruptedException _) { // by close()
            if (!inbox.offer(END)) {
                inbox.clear();
                inbox.add(END);
            }
        }
    }

    private void readFrom(InputStream stream, ByteBuf in, PacketDecoder decoder)
            throws IOException, ProtocolException, InterruptedException {
        while (in.writeBytes(stream, READ_BYTES) >= 0) {
            for (Packet packet = decoder.decode(in); packet != null; packet = decoder.decode(in)) {
                inbox.put(packet);
            }
            in.discardReadBytes();
        }
    }

    /** Packets in the inbox. */
    int waiting() {
        return inbox.size();
    }

    /** After {@link #close}: waits for the reading thread's end. */
    boolean awaitReader(Duration timeout) throws InterruptedException {
        return reader.join(timeout);
    }

    boolean isClosed() {
        return socket.isClosed();
    }

    /** Cuts the connection; nothing is sent. */
    @Override
    public void close() {
        closeQuietly(socket);
        reader.interrupt();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }
}
