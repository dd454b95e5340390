package io.chasqui.benchmarks.report;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What {@code mqload}'s {@code storm} and {@code conns} do, through WebSockets, which it does not speak: clients of MQTT 3.1.1 on
 * blocking sockets, a virtual thread each. TLS handshakes are whole ones; sessions are not resumed. The same for each broker, and what
 * is compared is the broker's processor time; the clients' own is about as much, so connections a second say less.
 */
final class WebCrowd {
    private static final int PATIENCE_MILLIS = 60_000; // for each answer
    private static final int WARM_UP_MILLIS = 1_000; // not counted
    private static final int ADDRESSES = 16; // 127.0.0.2 and on, for one address has ports for 28,000 connections
    private static final byte[] CONNACK = {0x20, 2, 0, 0};
    private static final byte[] SUBACK = {(byte) 0x90, 3, 0, 1, 0};
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};

    private final Served broker;
    private final @Nullable SSLContext tls;
    private final AtomicInteger numbers = new AtomicInteger(); // of clients, for their identifiers and addresses
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>(); // from connect to CONNACK, while it is counted
    private final AtomicInteger failed = new AtomicInteger();
    private volatile boolean counted;
    private volatile boolean done;

    /** @param secure whether the door with TLS is taken */
    WebCrowd(Served broker, boolean secure) {
        this.broker = broker;
        this.tls = secure ? trustingAll() : null;
    }

    /** So many at a time connect, say good-bye, and come again. */
    Load comeAndGo(int parallel, int seconds) throws IOException, InterruptedException {
        CountDownLatch gone = new CountDownLatch(parallel);
        for (int i = 0; i < parallel; i++) {
            Thread.ofVirtual().start(() -> {
                while (!done) {
                    try (Client client = new Client()) {
                        client.send(DISCONNECT);
                    } catch (IOException e) {
                        failed(e);
                    }
                }
                gone.countDown();
            });
        }
        broker.livesFor(WARM_UP_MILLIS);
        counted = true;
        double cpu = broker.cpuSeconds();
        long begin = System.nanoTime();
        broker.livesFor(seconds * 1_000L);
        Load load = seen(begin, cpu);
        done = true;
        gone.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        return load;
    }

    /** All come, as fast as {@code parallel} of them at a time are let in, subscribe, and stay until the last one is there. */
    Load allAtOnce(int connections, int parallel) throws IOException, InterruptedException {
        counted = true;
        Queue<Client> clients = new ConcurrentLinkedQueue<>();
        AtomicInteger left = new AtomicInteger(connections);
        CountDownLatch here = new CountDownLatch(parallel);
        double cpu = broker.cpuSeconds();
        long begin = System.nanoTime();
        for (int i = 0; i < parallel; i++) {
            Thread.ofVirtual().start(() -> {
                while (left.getAndDecrement() > 0) {
                    try {
                        Client client = new Client();
                        clients.add(client);
                        client.subscribe();
                    } catch (IOException e) {
                        failed(e);
                    }
                }
                here.countDown();
            });
        }
        here.await();
        Load load = seen(begin, cpu);
        for (Client client : clients) {
            client.close();
        }
        return load;
    }

    private void failed(IOException why) {
        if (failed.incrementAndGet() == 1) {
            System.out.println("  the first that failed: " + why);
        }
    }

    /** With mqload's names. */
    private Load seen(long begin, double cpuBefore) throws IOException {
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpu = broker.cpuSeconds() - cpuBefore;
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return Load.of(Map.of(
                "connects_per_s",
                sorted.length / seconds,
                "broker_us_per_msg",
                cpu * 1e6 / sorted.length,
                "connack_p99_us",
                sorted.length == 0 ? Double.NaN : sorted[sorted.length * 99 / 100] / 1e3,
                "failed",
                (double) failed.get()));
    }

    /** One connection, from which CONNACK has come. */
    private final class Client implements AutoCloseable {
        private final Socket socket;
        private final OutputStream out;
        private final DataInputStream in;
        private final int number = numbers.incrementAndGet();

        Client() throws IOException {
            long begin = System.nanoTime();
            Socket plain = new Socket();
            try {
                plain.setTcpNoDelay(true);
                plain.setSoTimeout(PATIENCE_MILLIS);
                plain.bind(new InetSocketAddress("127.0.0." + (2 + number % ADDRESSES), 0));
                int port = tls == null ? broker.webPort() : broker.secureWebPort();
                plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
                socket = tls == null ? plain : shakeHands(tls, plain);
                out = socket.getOutputStream();
                in = new DataInputStream(socket.getInputStream());
                upgrade();
                send(packet(0x10, "\0\4MQTT\4\2\0\74", "web" + number, ""));
                expect(CONNACK);
            } catch (IOException e) {
                plain.close();
                throw e;
            }
            if (counted) {
                nanos.add(System.nanoTime() - begin);
            }
        }

        private void upgrade() throws IOException {
            out.write("""
                GET /mqtt HTTP/1.1\r
                Host: 127.0.0.1\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                Sec-WebSocket-Protocol: mqtt\r
                Sec-WebSocket-Version: 13\r
                \r
                """.getBytes(StandardCharsets.US_ASCII));
            String head = head(in);
            if (!head.startsWith("HTTP/1.1 101 ")) {
                throw new IOException(head.lines().findFirst().orElse("no answer"));
            }
        }

        private static String head(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.length() < 4096 && !head.toString().endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    break;
                }
                head.append((char) next);
            }
            return head.toString();
        }

        /** @param name less than 100 characters, written with its length in front */
        private static byte[] packet(int type, String before, String name, String after) {
            String body = before + '\0' + (char) name.length() + name + after;
            return ((char) type + "" + (char) body.length() + body).getBytes(StandardCharsets.ISO_8859_1);
        }

        /** In a frame of its own, with a mask of zeros. */
        void send(byte[] packet) throws IOException {
            byte[] frame = new byte[6 + packet.length];
            frame[0] = (byte) 0x82;
            frame[1] = (byte) (0x80 | packet.length);
            System.arraycopy(packet, 0, frame, 6, packet.length);
            out.write(frame);
        }

        private void expect(byte[] packet) throws IOException {
            byte[] frame = new byte[2 + packet.length];
            in.readFully(frame);
            if (frame[0] != (byte) 0x82 || !Arrays.equals(frame, 2, frame.length, packet, 0, packet.length)) {
                throw new IOException("another answer: " + Arrays.toString(frame));
            }
        }

        void subscribe() throws IOException {
            send(packet(0x82, "\0\1", "web/" + number, "\0")); // QoS 0
            expect(SUBACK);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Without the server's name, so that nothing is kept under it to be resumed. */
    private static Socket shakeHands(SSLContext tls, Socket plain) throws IOException {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
        socket.startHandshake();
        return socket;
    }

    private static SSLContext trustingAll() {
        X509TrustManager all = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {all}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
