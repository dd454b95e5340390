package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** The other end of the clients under test: what a broker would say is said by the test, packet by packet. */
final class Counterpart implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final ServerSocket door;

    Counterpart() throws IOException {
        door = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
        door.setSoTimeout(TIMEOUT_MILLIS);
    }

    /** An arena whose broker we are. */
    Arena arena() {
        return new Arena(settings(door.getLocalPort(), "false"), "run");
    }

    static TortureSettings settings(int port, String killCommand) {
        return settings(port, killCommand, 1);
    }

    static TortureSettings settings(int port, String killCommand, long seed) {
        return new TortureSettings(
                "127.0.0.1",
                port,
                null,
                killCommand,
                null,
                null,
                1,
                null,
                seed,
                1,
                1,
                1_000,
                10,
                100,
                1_000_000,
                2,
                List.of(5, 4),
                Duration.ZERO,
                Duration.ofMillis(300),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1));
    }

    Conversation accept() throws IOException {
        return new Conversation(door.accept());
    }

    /** The next connection, let in. */
    Conversation accept(boolean sessionPresent) throws Exception {
        Conversation conversation = accept();
        conversation.read(Connect.class);
        conversation.write(new ConnAck(sessionPresent, ReasonCode.SUCCESS));
        return conversation;
    }

    @Override
    public void close() throws IOException {
        door.close();
    }

    static final class Conversation implements AutoCloseable {
        private final Socket socket;
        private final ByteBuf in = Unpooled.buffer();
        private final PacketDecoder decoder =
                new PacketDecoder(PacketDecoder.Role.SERVER, Connect.NO_LIMIT, TopicNames.UNCACHED);

        private Conversation(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(TIMEOUT_MILLIS);
        }

        <T extends Packet> T read(Class<T> type) throws Exception {
            Packet packet = decoder.decode(in);
            while (packet == null) {
                assertThat(in.writeBytes(socket.getInputStream(), 4_096))
                        .as("bytes")
                        .isPositive();
                packet = decoder.decode(in);
            }
            assertThat(packet).isInstanceOf(type);
            return type.cast(packet);
        }

        void write(Packet packet) throws IOException {
            MqttVersion version = decoder.version();
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.encode(packet, version, out);
            out.readBytes(socket.getOutputStream(), out.readableBytes());
        }

        void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /** Until the client has closed its end. */
        void awaitEnd() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                in.clear();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
