package io.chasqui.broker.transport;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A client on a blocking socket. Every read has a deadline. */
final class SocketClient implements AutoCloseable {
    private final Socket socket;
    private final ByteBuf received = Unpooled.buffer();
    private PacketDecoder decoder = decoder(MqttVersion.V5);
    private MqttVersion version = MqttVersion.V5;

    SocketClient(int port) {
        this(port, 0);
    }

    /** @param bufferBytes of the socket, for a client that is to be slow; 0 for the usual */
    SocketClient(int port, int bufferBytes) {
        socket = new Socket();
        try {
            if (bufferBytes > 0) {
                socket.setReceiveBufferSize(bufferBytes);
                socket.setSendBufferSize(bufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) Server.DEADLINE.toMillis());
            socket.setSoTimeout((int) Server.DEADLINE.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over a connection that there is. */
    SocketClient(Socket socket) {
        this.socket = socket;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Server.DEADLINE.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PacketDecoder decoder(MqttVersion version) {
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Role.CLIENT, Connect.NO_LIMIT, TopicNames.UNCACHED);
        decoder.version(version);
        return decoder;
    }

    static Connect hello(String clientId, long expirySeconds) {
        return new Connect(
                MqttVersion.V5,
                false,
                false,
                0,
                clientId,
                null,
                null,
                null,
                expirySeconds,
                65_535,
                Connect.NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of());
    }

    static Publish publish(String topic, String payload, Qos qos, int packetId) {
        return new Publish(false, qos, false, TopicName.of(topic), packetId, payload.getBytes(StandardCharsets.UTF_8));
    }

    static Subscribe subscription(int packetId, String filter, Qos qos) {
        return new Subscribe(packetId, List.of(new Subscribe.Entry(filter, new SubscriptionOptions(qos))));
    }

    /** Connects with MQTT 5 and has CONNACK. */
    SocketClient connect(String clientId, long expirySeconds) {
        send(hello(clientId, expirySeconds));
        ConnAck ack = expect(ConnAck.class);
        if (ack.reason() != ReasonCode.SUCCESS) {
            throw new AssertionError(ack);
        }
        return this;
    }

    /** Connects with MQTT 3.1.1 and has CONNACK. */
    SocketClient connectV3(String clientId) {
        version = MqttVersion.V3_1_1;
        decoder = decoder(version);
        send(Connect.of(version, clientId, true, 0));
        expect(ConnAck.class);
        return this;
    }

    SocketClient subscribe(String filter, Qos qos) {
        send(subscription(1, filter, qos));
        expect(SubAck.class);
        return this;
    }

    /** Publishes at QoS 1 and waits for the answer. */
    ReasonCode publishAndWait(String topic, String payload) {
        send(publish(topic, payload, Qos.AT_LEAST_ONCE, 1));
        return expect(PubAck.class).reason();
    }

    /** Publishes at QoS 1 to its own subscription, and waits for the message and then for PUBACK. */
    String publishAndWaitForEcho(String topic, String payload) {
        send(publish(topic, payload, Qos.AT_LEAST_ONCE, 1));
        String echo = message();
        expect(PubAck.class);
        return echo;
    }

    void ping() {
        send(PingReq.INSTANCE);
        expect(PingResp.class);
    }

    byte[] bytes(Packet... packets) {
        ByteBuf out = Unpooled.buffer();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, version, out);
        }
        return ByteBufUtil.getBytes(out);
    }

    void send(Packet... packets) {
        sendBytes(bytes(packets));
    }

    void sendBytes(byte... bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends for as long as the other side takes it. */
    void sendUntilClosed(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            assert socket.isConnected() : e;
        }
    }

    /** Reads so many bytes, whatever they are. */
    void skip(long bytes) {
        try {
            socket.getInputStream().skipNBytes(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads to the end of the stream, whatever comes. */
    void skipToEnd() {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            assert socket.isConnected() : e; // reset
        }
    }

    /** The next packet, or null at the end of the stream. */
    @Nullable
    Packet next() {
        try {
            byte[] chunk = new byte[64 << 10];
            while (true) {
                Packet packet = decoder.decode(received);
                if (packet != null) {
                    return packet;
                }
                received.discardReadBytes();
                int count = socket.getInputStream().read(chunk);
                if (count < 0) {
                    return null;
                }
                received.writeBytes(chunk, 0, count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    <P extends Packet> P expect(Class<P> type) {
        Packet packet = Objects.requireNonNull(next(), "end of stream");
        if (!type.isInstance(packet)) {
            throw new AssertionError("expected " + type.getSimpleName() + ", got " + packet);
        }
        return type.cast(packet);
    }

    /** The payload of the next packet, which must be a PUBLISH. */
    String message() {
        return new String(expect(Publish.class).payload(), StandardCharsets.UTF_8);
    }

    /** Waits for the other side to close, whether politely or not. */
    boolean isClosed() {
        try {
            Packet packet = next();
            if (packet != null) {
                throw new AssertionError("a packet instead of the end: " + packet);
            }
            return true;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof SocketException || e.getCause() instanceof SSLException) {
                return true; // reset, or without an end of TLS
            }
            throw e;
        }
    }

    /** Goes without a word; with a reset when {@code rudely}. */
    void vanish(boolean rudely) {
        try {
            if (rudely) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        vanish(false);
    }
}
