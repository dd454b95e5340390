package io.chasqui.benchmarks;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A server of MQTT 5 that does next to nothing, so that a client is measured and not its server: it acknowledges what is
 * published, and sends a subscriber messages without end, at QoS 1 and 2 with at most a thousand open. A virtual thread for each
 * connection. The Topic Filter of the subscription says at which QoS.
 */
final class NullServer {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int WINDOW = 1_000;
    private static final byte[] CONNACK = {0x20, 3, 0, 0, 0};
    private static final byte[] PINGRESP = {(byte) 0xD0, 0};

    private NullServer() {}

    /** Serves until the process ends; says its port first. */
    static void serve(int payloadBytes) throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
            System.out.println(listening.getLocalPort());
            while (true) {
                Socket socket = listening.accept();
                Thread.startVirtualThread(() -> {
                    try (socket) {
                        socket.setTcpNoDelay(true);
                        new Conversation(socket, payloadBytes).hold();
                    } catch (IOException e) {
                        // the client has gone
                    }
                });
            }
        }
    }

    /** One connection. */
    private static final class Conversation {
        private final InputStream in;
        private final OutputStream out;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int read;
        private int filled;
        private final byte[] message; // a whole PUBLISH but for its QoS and Packet Identifier
        private final int idAt; // where in it
        private int qos = -1; // of the subscriber
        private int nextId = 1;
        private int open;

        Conversation(Socket socket, int payloadBytes) throws IOException {
            this.in = socket.getInputStream();
            this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
            int rest = 2 + 1 + 2 + 1 + payloadBytes;
            this.message = new byte[2 + rest];
            message[1] = (byte) rest; // below 128
            message[3] = 1;
            message[4] = 't';
            this.idAt = 5;
        }

        void hold() throws IOException {
            while (true) {
                if (read == filled) {
                    out.flush();
                    if (qos == 0) {
                        flood();
                    }
                }
                packet();
                while (qos > 0 && open < WINDOW) {
                    send();
                }
            }
        }

        /** QoS 0: until the client goes. */
        private void flood() throws IOException {
            byte[] many = new byte[(message.length - 2) * 500];
            byte[] one = new byte[message.length - 2]; // without the Packet Identifier
            one[0] = 0x30;
            one[1] = (byte) (message[1] - 2);
            one[3] = 1;
            one[4] = 't';
            for (int i = 0; i < 500; i++) {
                System.arraycopy(one, 0, many, i * one.length, one.length);
            }
            while (true) {
                out.write(many);
            }
        }

        private void send() throws IOException {
            message[0] = (byte) (0x30 | qos << 1);
            message[idAt] = (byte) (nextId >> 8);
            message[idAt + 1] = (byte) nextId;
            nextId = nextId % 60_000 + 1;
            open++;
            out.write(message);
        }

        private void packet() throws IOException {
            int first = next();
            int length = 0;
            for (int shift = 0, b = 0x80; b >= 0x80; shift += 7) {
                b = next();
                length |= (b & 0x7F) << shift;
            }
            int end = length;
            switch (first >> 4) {
                case 1 -> out.write(CONNACK);
                case 3 -> {
                    int level = first >> 1 & 3;
                    if (level > 0) {
                        int topicBytes = next() << 8 | next();
                        skip(topicBytes);
                        answer(level == 1 ? 0x40 : 0x50, next(), next());
                        end -= 4 + topicBytes;
                    }
                }
                case 4 -> open--;
                case 5 -> {
                    answer(0x62, next(), next());
                    end -= 2;
                }
                case 6 -> {
                    answer(0x70, next(), next());
                    end -= 2;
                }
                case 7 -> open--;
                case 8 -> end = subscribe(length);
                case 12 -> out.write(PINGRESP);
                case 14 -> throw new EOFException();
                default -> {}
            }
            skip(end);
        }

        private int subscribe(int length) throws IOException {
            int high = next();
            int low = next();
            int properties = next(); // below 128
            skip(properties);
            int filterBytes = next() << 8 | next();
            skip(filterBytes);
            qos = next() & 3;
            out.write(new byte[] {(byte) 0x90, 4, (byte) high, (byte) low, 0, (byte) qos});
            return length - 6 - properties - filterBytes;
        }

        private void answer(int first, int high, int low) throws IOException {
            out.write(first);
            out.write(2);
            out.write(high);
            out.write(low);
        }

        private int next() throws IOException {
            if (read == filled) {
                filled = in.read(buffer);
                read = 0;
                if (filled < 0) {
                    throw new EOFException();
                }
            }
            return buffer[read++] & 0xFF;
        }

        private void skip(int bytes) throws IOException {
            for (int left = bytes; left > 0; ) {
                if (read == filled) {
                    next();
                    read--;
                }
                int now = Math.min(left, filled - read);
                read += now;
                left -= now;
            }
        }
    }
}
