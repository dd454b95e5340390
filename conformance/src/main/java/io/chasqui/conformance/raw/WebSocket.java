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
import org.jspecify.annotations.Nullable;

/** A WebSocket (RFC 6455) to the broker under test, frame by frame. Used by one thread; every wait ends at the timeout. */
public final class WebSocket implements AutoCloseable {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    private static final int CLOSE = 8;

    private final Socket socket;
    private final InputStream in;
    private final String response;

    private WebSocket(Socket socket, String request, Duration timeout) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        socket.setSoTimeout((int) timeout.toMillis());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        response = readResponse();
    }

    /** @param protocols the value of Sec-WebSocket-Protocol */
    public static WebSocket open(InetSocketAddress address, String protocols, Duration timeout) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, (int) timeout.toMillis());
            String request = """
                GET /mqtt HTTP/1.1
                Host: %s:%d
                Upgrade: websocket
                Connection: Upgrade
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
                Sec-WebSocket-Version: 13
                Sec-WebSocket-Protocol: %s

                """.formatted(address.getHostString(), address.getPort(), protocols);
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

    /** One frame, masked with zeros, which is a mask like any other. */
    public void send(int opcode, boolean last, byte[] payload) {
        Bytes frame = new Bytes().u8((last ? 0x80 : 0) | opcode);
        if (payload.length < 126) {
            frame.u8(0x80 | payload.length);
        } else {
            frame.u8(0x80 | 126).u16(payload.length);
        }
        try {
            socket.getOutputStream().write(frame.u32(0).raw(payload).toArray());
        } catch (IOException _) {
            // that the peer has closed is found when reading
        }
    }

    /** So many bytes of MQTT, out of as many binary frames as it takes. */
    public byte[] read(int count) {
        Bytes all = new Bytes();
        while (all.size() < count) {
            byte[] payload = readFrame();
            Failure.unless(payload != null, "closed after %s", Bytes.hex(all.toArray()));
            all.raw(payload == null ? new byte[0] : payload);
        }
        return all.toArray();
    }

    /** Reads until the broker closes the WebSocket or its connection. */
    public void expectEnd() {
        byte[] payload = readFrame();
        Failure.unless(
                payload == null, "expected the end, came %s", Bytes.hex(payload == null ? new byte[0] : payload));
    }

    /** @return null at the end */
    private byte @Nullable [] readFrame() {
        try {
            int first = in.read();
            if (first < 0 || (first & 0x0F) == CLOSE) {
                return null;
            }
            Failure.unless((first & 0x0F) <= BINARY, "a frame with opcode %d", first & 0x0F);
            Failure.unless((first & 0x0F) != TEXT, "a text frame");
            int length = in.read();
            Failure.unless(length <= 126, "an unlikely length");
            return in.readNBytes(length < 126 ? length : in.read() << 8 | in.read());
        } catch (SocketTimeoutException _) {
            throw new Failure("waited in vain for a frame");
        } catch (IOException _) {
            return null; // reset by peer: an end like any other
        }
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
