package io.chasqui.broker.transport;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A client of MQTT 5 over WebSocket on a blocking socket, frame by frame. Every read has a deadline. */
final class WebSocketPeer implements AutoCloseable {
    static final String REQUEST = """
        GET /mqtt HTTP/1.1
        Host: localhost
        Upgrade: websocket
        Connection: keep-alive, Upgrade
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Protocol: mqtt

        """.replace("\n", "\r\n");

    private static final int LAST = 0x80;
    private static final int MASK = 0x1234_ABCD;

    /** One frame of the server's. */
    record Frame(int opcode, byte[] payload) {
        int closeCode() {
            return (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final ByteBuf received = Unpooled.buffer(); // MQTT
    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Role.CLIENT, Connect.NO_LIMIT, TopicNames.UNCACHED);
    int dataFrames; // received

    WebSocketPeer(int port) {
        this(socket(port));
    }

    private static Socket socket(int port) {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over a connection that there is. */
    WebSocketPeer(Socket socket) {
        this.socket = socket;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Server.DEADLINE.toMillis());
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        decoder.version(MqttVersion.V5);
    }

    /** A WebSocket that is open. */
    static WebSocketPeer open(int port) {
        return new WebSocketPeer(port).open(REQUEST);
    }

    /** Makes it one that is open. */
    WebSocketPeer open(String request) {
        String response = ask(request);
        if (!response.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(response);
        }
        return this;
    }

    /** A client whose CONNECT was accepted. */
    static WebSocketPeer connected(int port, String clientId) {
        return open(port).connect(clientId);
    }

    WebSocketPeer connect(String clientId) {
        send(SocketClient.hello(clientId, 0));
        expect(ConnAck.class);
        return this;
    }

    WebSocketPeer subscribe(String filter, Qos qos) {
        send(SocketClient.subscription(1, filter, qos));
        expect(SubAck.class);
        return this;
    }

    /** The head of the response to this request. */
    String ask(String request) {
        sendBytes(request.getBytes(StandardCharsets.ISO_8859_1));
        return response();
    }

    String response() {
        try {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
                head.write(in.readUnsignedByte());
            }
            return head.toString(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What comes until the end of the stream; nothing where that is a reset. */
    String rest() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketException _) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(Packet... packets) {
        ByteBuf out = Unpooled.buffer();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, MqttVersion.V5, out);
        }
        return ByteBufUtil.getBytes(out);
    }

    /** A masked frame, with its length in the shortest form. */
    static byte[] frame(boolean last, int opcode, byte... payload) {
        ByteBuf out = Unpooled.buffer().writeByte((last ? LAST : 0) | opcode);
        if (payload.length < 126) {
            out.writeByte(0x80 | payload.length);
        } else if (payload.length < 0x1_0000) {
            out.writeByte(0x80 | 126).writeShort(payload.length);
        } else {
            out.writeByte(0x80 | 127).writeLong(payload.length);
        }
        out.writeInt(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.writeByte(payload[i] ^ MASK >> 24 - 8 * (i & 3));
        }
        return ByteBufUtil.getBytes(out);
    }

    static byte[] binary(byte... payload) {
        return frame(true, FrameReader.BINARY, payload);
    }

    static byte[] join(byte[]... parts) {
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(parts));
    }

    /** All in one frame. */
    void send(Packet... packets) {
        sendBytes(binary(bytes(packets)));
    }

    /** That the server has closed is found when reading. */
    void sendBytes(byte... bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            assert socket.isConnected() : e;
        }
    }

    /** The next frame, whatever it is; null at the end of the stream. */
    @Nullable
    Frame frame() {
        try {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            int length = in.readUnsignedByte();
            if ((first & 0x70) != 0 || (first & LAST) == 0 || length > 126) {
                throw new AssertionError("a frame that begins with " + first + ", " + length);
            }
            byte[] payload = new byte[length < 126 ? length : in.readUnsignedShort()];
            in.readFully(payload);
            return new Frame(first & 0x0F, payload);
        } catch (EOFException e) {
            throw new AssertionError("the end within a frame", e);
        } catch (SocketException _) {
            return null; // reset
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame, which must be of this kind. */
    Frame expect(int opcode) {
        Frame frame = Objects.requireNonNull(frame(), "end of stream");
        if (frame.opcode() != opcode) {
            throw new AssertionError(frame);
        }
        return frame;
    }

    /** The next packet, out of binary frames. */
    <P extends Packet> P expect(Class<P> type) {
        try {
            Packet packet;
            while ((packet = decoder.decode(received)) == null) {
                received.discardReadBytes();
                received.writeBytes(expect(FrameReader.BINARY).payload());
                dataFrames++;
            }
            if (!type.isInstance(packet)) {
                throw new AssertionError("expected " + type.getSimpleName() + ", got " + packet);
            }
            return type.cast(packet);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether bytes have come that are no packet yet, or a packet that nobody has asked for. */
    boolean hasMore() {
        return received.isReadable();
    }

    /** Goes without a word. */
    void vanish() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        vanish();
    }
}
