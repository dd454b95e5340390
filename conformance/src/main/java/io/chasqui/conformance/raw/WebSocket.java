package io.chasqui.conformance.raw;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A WebSocket (RFC 6455) to the broker under test, frame by frame. Used by one thread; every wait ends at the timeout. */
public final class WebSocket implements AutoCloseable {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    private static final int PONG = 10;
    private static final long MASK = 0xC3A5_0F96L; // of all frames: what it is is no matter

    private static final int LONGEST = 1 << 24; // that our tests could cause

    private final Socket socket;
    private final InputStream in;
    private final String response;
    private final Deque<byte[]> pongs = new ArrayDeque<>(); // payloads
    private byte[] data = {}; // arrived in binary frames, not yet asked for

    private WebSocket(Socket socket, String request, Duration timeout) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        socket.setSoTimeout((int) timeout.toMillis());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        response = readResponse();
    }

    /**
     * @param path where the broker has its WebSocket, such as {@code /mqtt}
     * @param protocols the value of Sec-WebSocket-Protocol
     */
    public static WebSocket open(InetSocketAddress address, String path, String protocols, Duration timeout) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, (int) timeout.toMillis());
            String request = """
                GET %s HTTP/1.1
                Host: %s:%d
                Upgrade: websocket
                Connection: Upgrade
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
                Sec-WebSocket-Version: 13
                Sec-WebSocket-Protocol: %s

                """.formatted(path, address.getHostString(), address.getPort(), protocols);
            return new WebSocket(socket, request.replace("\n", "\r\n"), timeout);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + address, e);
        }
    }

    private String readResponse() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int octet = in.read();
            Failure.unless(octet >= 0, "closed within the response: %s", head.toString(StandardCharsets.US_ASCII));
            head.write(octet);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    /** Status line and headers. */
    public String response() {
        return response;
    }

    /** One frame, masked. */
    public void send(int opcode, boolean last, byte... payload) {
        Bytes frame = new Bytes().u8((last ? 0x80 : 0) | opcode);
        if (payload.length < 126) {
            frame.u8(0x80 | payload.length);
        } else {
            frame.u8(0x80 | 126).u16(payload.length);
        }
        frame.u32(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.u8(payload[i] & 0xFF ^ (int) (MASK >> 24 - 8 * (i % 4)) & 0xFF);
        }
        sendRaw(frame.toArray());
    }

    /** Bytes as they are, for frames that no client may send. */
    public void sendRaw(byte... bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException _) {
            // that the peer has closed is found when reading
        }
    }

    /** So many bytes of MQTT, out of as many binary frames as it takes. */
    public byte[] read(int count) {
        while (data.length < count) {
            byte[] payload = readFrame();
            Failure.unless(payload != null, "closed after %s", Bytes.hex(data));
            data = payload == null ? data : Bytes.join(data, payload);
        }
        byte[] asked = Arrays.copyOf(data, count);
        data = Arrays.copyOfRange(data, count, data.length);
        return asked;
    }

    /** The next packet of MQTT. */
    public byte[] readPacket() {
        byte[] packet = read(2);
        int length = packet[1] & 0x7F;
        for (int shift = 7; packet[packet.length - 1] < 0; shift += 7) {
            packet = Bytes.join(packet, read(1));
            length |= (packet[packet.length - 1] & 0x7F) << shift;
        }
        return Bytes.join(packet, read(length));
    }

    /** Waits for the payload of the next pong; MQTT that comes before it may be asked for later. */
    public byte[] readPong() {
        while (pongs.isEmpty()) {
            byte[] payload = readFrame();
            Failure.unless(payload != null, "closed instead of a pong");
            data = payload == null ? data : Bytes.join(data, payload);
        }
        return pongs.remove();
    }

    /** Reads until the broker closes the WebSocket or its connection. */
    public void expectEnd() {
        for (byte[] payload = readFrame(); payload != null; payload = readFrame()) {
            data = Bytes.join(data, payload);
        }
    }

    /** The payload of a binary frame, nothing for a ping or pong, null at the end. */
    private byte @Nullable [] readFrame() {
        try {
            int first = in.read();
            if (first < 0 || (first & 0x0F) == CLOSE) {
                return null;
            }
            int opcode = first & 0x0F;
            Failure.unless(opcode != TEXT, "a text frame");
            Failure.unless((first & 0x70) == 0, "a frame with a reserved bit");
            byte[] payload = in.readNBytes(readLength());
            if (opcode == PING) {
                send(PONG, true, payload);
            } else if (opcode == PONG) {
                pongs.add(payload);
            } else {
                Failure.unless(opcode <= BINARY, "a frame with opcode %d", opcode);
            }
            return opcode <= BINARY ? payload : new byte[0];
        } catch (SocketTimeoutException _) {
            throw new Failure("waited in vain for a frame");
        } catch (IOException _) {
            return null; // reset by peer: an end like any other
        }
    }

    private int readLength() throws IOException {
        int length = in.read();
        Failure.unless(length < 128, "a frame of the broker with a mask");
        if (length < 126) {
            return length;
        }
        long extended = 0;
        for (int i = 0; i < (length == 126 ? 2 : 8); i++) {
            extended = extended << 8 | in.read();
        }
        Failure.unless(extended >= 0 && extended <= LONGEST, "a frame of %d bytes", extended);
        return (int) extended;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // nothing was owed to us any more
        }
    }
}
