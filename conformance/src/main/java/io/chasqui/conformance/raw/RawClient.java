package io.chasqui.conformance.raw;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the broker under test, on a socket of its own. Writes what it is told, byte for byte, and does
 * nothing by itself. Packets that come while another kind is awaited stay in {@code inbox}, since the standard seldom
 * orders different kinds of packets.
 *
 * <p>Used by one thread. Every wait ends at {@code timeout} with a {@link Failure}, which says what has come instead.
 */
public final class RawClient implements AutoCloseable {
    private static final int PATIENCE = 100; // round trips

    private final Version version;
    private final Duration timeout;
    private final Socket socket;
    private final InputStream in;
    private final Inspector inspector;
    private final Deque<Frame> inbox = new ArrayDeque<>(); // arrived, not yet asked for
    private final Map<Long, String> aliases = new HashMap<>(); // what the broker has set
    private int lastPacketId;
    private boolean closedHere;

    private RawClient(Socket socket, Version version, Duration timeout) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.version = version;
        this.timeout = timeout;
        this.inspector = new Inspector(version);
    }

    /** A connection on which nothing has been said. */
    public static RawClient open(InetSocketAddress address, Version version, Duration timeout) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, (int) timeout.toMillis());
            return new RawClient(socket, version, timeout);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + address, e);
        }
    }

    public Version version() {
        return version;
    }

    // --- bytes out ---

    /** In one write. That the peer has closed already is found when reading. */
    public void send(byte[]... packets) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(packets.length == 1 ? packets[0] : Bytes.join(packets));
            out.flush();
        } catch (IOException _) {
            Failure.unless(!closedHere, "the test itself has closed this connection");
        }
    }

    public void send(Publish publish) {
        send(publish.toArray(version));
    }

    public void send(Subscribe subscribe) {
        send(subscribe.toArray(version));
    }

    /** CONNECT, without waiting for the answer. */
    public void send(Connect connect) {
        inspector.connecting(connect);
        send(connect.toArray());
    }

    /** One of the packets that are nothing but a Packet Identifier. */
    public void ack(Type type, int packetId) {
        if (type == Type.PUBACK || type == Type.PUBCOMP) {
            inspector.acknowledged(packetId);
        }
        send(new Bytes().u16(packetId).packet(type));
    }

    /** The same with a Reason Code, v5. */
    public void ack(Type type, int packetId, int code) {
        if (type != Type.PUBREL && (type != Type.PUBREC || code >= 0x80)) {
            inspector.acknowledged(packetId);
        }
        send(new Bytes().u16(packetId).u8(code).packet(type));
    }

    /** The long form, v5: with a Reason String and a User Property. */
    public void ackAtLength(Type type, int packetId, int code) {
        if (type != Type.PUBREL && (type != Type.PUBREC || code >= 0x80)) {
            inspector.acknowledged(packetId);
        }
        byte[] props = Props.of(Prop.REASON_STRING, "why").user("k", "v").toArray();
        send(new Bytes().u16(packetId).u8(code).varint(props.length).raw(props).packet(type));
    }

    public void ping() {
        send(new Bytes().packet(Type.PINGREQ));
    }

    // --- packets in ---

    /** The very next packet. */
    public Frame next() {
        Frame frame = inbox.poll();
        return frame != null ? frame : read("a packet");
    }

    /** The next packet of this type; others stay in the inbox. */
    public Frame expect(Type type) {
        for (Iterator<Frame> waiting = inbox.iterator(); waiting.hasNext(); ) {
            Frame frame = waiting.next();
            if (frame.type() == type) {
                waiting.remove();
                return frame;
            }
        }
        while (true) {
            Frame frame = read(type.toString());
            if (frame.type() == type) {
                return frame;
            }
            inbox.add(frame);
        }
    }

    /** The next packet of this type, which has to be about this Packet Identifier. */
    public Frame expect(Type type, int packetId) {
        Frame frame = expect(type);
        Failure.unlessEqual(packetId, frame.packetId(), "Packet Identifier of " + frame);
        return frame;
    }

    /** The packets of this type that are here already, see {@link #fence}. */
    public List<Frame> arrived(Type type) {
        List<Frame> found = inbox.stream().filter(frame -> frame.type() == type).toList();
        inbox.removeAll(found);
        return found;
    }

    /**
     * Messages that come while none is acknowledged: {@code count}, or fewer, since a broker need not use the whole
     * window, but one at least.
     */
    public List<Frame> gather(int count) {
        List<Frame> gathered = new ArrayList<>();
        gathered.add(expect(Type.PUBLISH));
        for (int i = 0; i < PATIENCE && gathered.size() < count; i++) {
            fence();
            gathered.addAll(arrived(Type.PUBLISH));
        }
        return gathered;
    }

    /** After this, whatever the broker answers at once to what was sent before is in the inbox. */
    public void fence() {
        ping();
        expect(Type.PINGRESP);
    }

    /** All that comes until the broker closes; fails if it does not. */
    public List<Frame> untilEnd() {
        return until(frame -> false, "the end of the connection");
    }

    /** All that comes until the broker closes or sends a packet of this type, which then is the last one. */
    public List<Frame> untilEndOr(Type type) {
        return until(frame -> frame.type() == type, "the end of the connection or " + type);
    }

    private List<Frame> until(Predicate<Frame> last, String awaited) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Frame frame;
        do {
            frame = read(awaited, deadline);
            if (frame != null) {
                inbox.add(frame);
            }
        } while (frame != null && !last.test(frame));
        List<Frame> all = List.copyOf(inbox);
        inbox.clear();
        return all;
    }

    /** All bytes until the broker closes, for answers whose version is the broker's choice. */
    public byte[] bytesUntilEnd() {
        long deadline = System.nanoTime() + timeout.toNanos();
        Bytes all = new Bytes();
        try {
            for (int octet = octet(deadline); octet >= 0; octet = octet(deadline)) {
                all.u8(octet);
            }
        } catch (SocketTimeoutException _) {
            throw new Failure(
                    "waited in vain for the end of the connection; came instead: " + Bytes.hex(all.toArray()));
        } catch (IOException _) {
            // reset by peer: an end like any other
        }
        return all.toArray();
    }

    private Frame read(String awaited) {
        Frame frame = read(awaited, System.nanoTime() + timeout.toNanos());
        if (frame == null) {
            throw new Failure("the broker closed the connection, awaited was " + awaited + heldBack());
        }
        return frame;
    }

    /** @return null at the end of the stream */
    private @Nullable Frame read(String awaited, long deadline) {
        Failure.unless(!closedHere, "the test itself has closed this connection");
        try {
            int first = octet(deadline);
            if (first < 0) {
                return null;
            }
            int size = 1;
            int length = 0;
            int octet;
            do {
                octet = octet(deadline);
                Failure.unless(octet >= 0, "the broker closed within a fixed header");
                length |= (octet & 0x7F) << 7 * (size - 1);
                size++;
                Failure.unless(octet < 0x80 || size < 5, "Remaining Length has more than four bytes");
            } while (octet >= 0x80);
            Failure.unless(
                    !version.is5() || size == 2 || octet != 0,
                    "MQTT5-1.5.5-1: Remaining Length %d is not in its shortest form",
                    length);
            byte[] body = body(length, deadline);
            if (body == null) {
                return null;
            }
            Frame frame = resolved(Frame.parse(version, first, body, size + length));
            inspector.received(frame);
            return frame;
        } catch (SocketTimeoutException _) {
            throw new Failure("waited " + timeout.toMillis() + " ms in vain for " + awaited + heldBack());
        } catch (IOException _) {
            return null; // reset by peer: an end like any other
        }
    }

    private int octet(long deadline) throws IOException {
        arm(deadline);
        return in.read();
    }

    private byte @Nullable [] body(int length, long deadline) throws IOException {
        byte[] body = new byte[length];
        int at = 0;
        while (at < length) {
            arm(deadline);
            int count = in.read(body, at, length - at);
            if (count < 0) {
                return null;
            }
            at += count;
        }
        return body;
    }

    private void arm(long deadline) throws IOException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout((int) millis);
    }

    private String heldBack() {
        return inbox.isEmpty() ? "" : "; came instead: " + inbox;
    }

    /** With the topic that its alias stands for. */
    private Frame resolved(Frame frame) {
        if (frame.type() != Type.PUBLISH || !frame.props().has(Prop.TOPIC_ALIAS)) {
            return frame;
        }
        long alias = frame.props().number(Prop.TOPIC_ALIAS);
        if (!frame.topic().isEmpty()) {
            aliases.put(alias, frame.topic());
            return frame;
        }
        String topic = aliases.get(alias);
        if (topic == null) {
            throw new Failure("MQTT5-3.3.2-11: the alias stands for nothing: " + frame);
        }
        return frame.withTopic(topic);
    }

    // --- exchanges ---

    /** CONNECT, and the CONNACK whatever its code. */
    public Frame connect(Connect connect) {
        send(connect);
        Frame connAck = next();
        Failure.unlessEqual(Type.CONNACK, connAck.type(), "the answer to CONNECT");
        return connAck;
    }

    /** One subscription, which has to be granted. Returns the granted QoS. */
    public int subscribe(String filter, int options) {
        return subscribe(Subscribe.with(nextPacketId()).filter(filter, options)).getFirst();
    }

    /** All of its filters have to be granted. */
    public List<Integer> subscribe(Subscribe subscribe) {
        send(subscribe);
        Frame subAck = expect(Type.SUBACK);
        subAck.codes().forEach(code -> Failure.unless(code <= 2, "refused: %s", subAck));
        return subAck.codes();
    }

    public Frame unsubscribe(String filter) {
        send(Subscribe.without(nextPacketId()).filter(filter));
        return expect(Type.UNSUBACK);
    }

    public int nextPacketId() {
        lastPacketId++;
        return lastPacketId;
    }

    /** Publishes and goes through the whole exchange; returns the Reason Code of PUBACK or PUBREC. */
    public int publish(String topic, String text, int qos) {
        return publish(Publish.to(topic).text(text).qos(qos, qos == 0 ? 0 : nextPacketId()));
    }

    public int publish(Publish publish) {
        send(publish);
        int packetId = publish.packetId();
        return switch (publish.qos()) {
            case 0 -> 0;
            case 1 -> expect(Type.PUBACK, packetId).code();
            default -> {
                int code = expect(Type.PUBREC, packetId).code();
                if (code < 0x80) {
                    ack(Type.PUBREL, packetId);
                    expect(Type.PUBCOMP, packetId);
                }
                yield code;
            }
        };
    }

    /** The next message, acknowledged. */
    public Frame receive() {
        Frame publish = expect(Type.PUBLISH);
        acknowledge(publish);
        return publish;
    }

    /** Goes through the exchange that the QoS of a received message asks for. */
    public void acknowledge(Frame publish) {
        if (publish.qos() == 1) {
            ack(Type.PUBACK, publish.packetId());
        } else if (publish.qos() == 2) {
            ack(Type.PUBREC, publish.packetId());
            expect(Type.PUBREL, publish.packetId());
            ack(Type.PUBCOMP, publish.packetId());
        }
    }

    /** Receives and acknowledges messages until one has this payload; returns those before it. */
    public List<Frame> receiveUntil(String text) {
        List<Frame> before = new ArrayList<>();
        for (Frame frame = receive(); !frame.text().equals(text); frame = receive()) {
            before.add(frame);
        }
        return before;
    }

    // --- the end ---

    /**
     * The broker has to close, and if it says why, then with one of these codes. A bare close will do, and so will 0x80,
     * by which a broker keeps its reason to itself.
     */
    public void expectRefusal(int... codes) {
        for (Frame frame : untilEnd()) {
            boolean says = frame.type() == Type.DISCONNECT || frame.type() == Type.CONNACK && frame.code() != 0;
            if (says && frame.code() != 0x80) {
                Failure.unlessOneOf(frame.code(), "reason of " + frame.type(), codes);
            }
        }
    }

    /** DISCONNECT with success, and waits until the broker has closed. */
    public void disconnect() {
        send(new Bytes().packet(Type.DISCONNECT));
        hangUp();
    }

    /** Ends the stream towards the broker without a DISCONNECT, and waits until the broker has closed. */
    public void hangUp() {
        endOutput();
        untilEnd();
        close();
    }

    /** Nothing more will be sent. */
    public void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException _) {
            // closed by the broker: just as well
        }
    }

    /** Breaks the connection with a TCP reset, as a crash does. */
    public void cut() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException _) {
            // closed by the broker: just as well
        }
        close();
    }

    @Override
    public void close() {
        closedHere = true;
        try {
            socket.close();
        } catch (IOException _) {
            // nothing was owed to us any more
        }
    }
}
