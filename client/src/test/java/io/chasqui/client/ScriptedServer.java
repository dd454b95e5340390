package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HexFormat;

/** A server on a plain socket that does what a test tells it, packet by packet, also what no server should do. */
final class ScriptedServer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final ServerSocket listening;

    ScriptedServer() {
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            listening.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    String uri() {
        return "mqtt://127.0.0.1:" + listening.getLocalPort();
    }

    /** The next connection. */
    Peer accept() {
        try {
            return new Peer(listening.accept());
        } catch (IOException e) {
            throw new AssertionError("no client came", e);
        }
    }

    /** The next connection, after CONNECT and CONNACK. */
    Peer welcome(boolean sessionPresent, ConnAck.Properties properties) {
        Peer peer = accept();
        peer.connect = peer.expect(Connect.class);
        peer.send(new ConnAck(sessionPresent, ReasonCode.SUCCESS, properties));
        return peer;
    }

    Peer welcome() {
        return welcome(false, ConnAck.Properties.NONE);
    }

    /** What a server grants that differs from the defaults in these. */
    static ConnAck.Properties granting(
            int receiveMaximum, Qos qos, boolean retain, long packetSize, int aliases, int keepAlive) {
        return ConnAck.Properties.granted(
                ConnAck.Properties.ABSENT,
                receiveMaximum,
                qos,
                retain,
                packetSize,
                null,
                aliases,
                true,
                true,
                true,
                keepAlive);
    }

    static ConnAck.Properties receiveMaximum(int messages) {
        return granting(messages, Qos.EXACTLY_ONCE, true, Connect.NO_LIMIT, 0, ConnAck.Properties.ABSENT);
    }

    static ConnAck.Properties aliases(int most) {
        return granting(65_535, Qos.EXACTLY_ONCE, true, Connect.NO_LIMIT, most, ConnAck.Properties.ABSENT);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    /** One connection, seen from the server. */
    static final class Peer implements AutoCloseable {
        private final Socket socket;
        private final ByteBuf received = Unpooled.buffer();
        private final PacketDecoder decoder =
                new PacketDecoder(PacketDecoder.Role.SERVER, Connect.NO_LIMIT, TopicNames.UNCACHED);
        Connect connect;

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
        }

        /** The next packet, which is of this type. */
        <P extends Packet> P expect(Class<P> type) {
            Packet packet = next();
            assertThat(packet).isInstanceOf(type);
            return type.cast(packet);
        }

        /** The next packet; null at the end of the stream. */
        Packet next() {
            try {
                while (true) {
                    Packet packet = decoder.decode(received);
                    if (packet != null) {
                        return packet;
                    }
                    if (!read()) {
                        return null;
                    }
                }
            } catch (ProtocolException e) {
                throw new AssertionError("the client breaks the standard", e);
            }
        }

        /** The first byte that comes, without taking it. */
        int peekFirstByte() {
            while (!received.isReadable()) {
                assertThat(read()).isTrue();
            }
            return received.getUnsignedByte(received.readerIndex());
        }

        private boolean read() {
            try {
                byte[] bytes = new byte[65_536];
                int count = socket.getInputStream().read(bytes);
                if (count > 0) {
                    received.discardReadBytes().writeBytes(bytes, 0, count);
                }
                return count > 0;
            } catch (SocketTimeoutException e) {
                throw new AssertionError("the client sends nothing", e);
            } catch (IOException e) {
                return false; // reset is an end, too
            }
        }

        /** Nothing has come until the answer to something that the client surely answers, or the end. */
        void expectEnd() {
            assertThat(next()).isNull();
        }

        void send(Packet... packets) {
            ByteBuf out = Unpooled.buffer();
            MqttVersion version = decoder.version() == null ? MqttVersion.V5 : decoder.version();
            for (Packet packet : packets) {
                PacketEncoder.encode(packet, version, out);
            }
            write(out);
        }

        /** Bytes as they are. */
        void sendHex(String hex) {
            write(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", ""))));
        }

        private void write(ByteBuf out) {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
