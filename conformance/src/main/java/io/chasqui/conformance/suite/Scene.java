package io.chasqui.conformance.suite;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Connect;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Version;
import io.chasqui.conformance.raw.WebSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one run of one test has of its own: topics and Client Identifiers that no other test uses, and the connections that it
 * opened, which end with it. Used by one thread.
 */
public final class Scene implements AutoCloseable {
    private static final String RUN = fixedWidth(ThreadLocalRandom.current().nextInt(36 * 36 * 36 * 36), 4);
    private static final AtomicInteger SCENES = new AtomicInteger();

    private final InetSocketAddress broker;
    private final String webSocketPath;
    private final Version version;
    private final Duration timeout;
    private final String mark = RUN + "x" + fixedWidth(SCENES.incrementAndGet(), 3);
    private final List<RawClient> clients = new ArrayList<>();
    private final List<WebSocket> webSockets = new ArrayList<>();
    private int ids;
    private int cases;

    Scene(InetSocketAddress broker, String webSocketPath, Version version, Duration timeout) {
        this.broker = broker;
        this.webSocketPath = webSocketPath;
        this.version = version;
        this.timeout = timeout;
    }

    /** Names are equally long in each run, so that cuts at each byte of a packet are equally many. */
    private static String fixedWidth(int number, int width) {
        String digits = Integer.toString(number, 36);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    public Version version() {
        return version;
    }

    public boolean is5() {
        return version.is5();
    }

    public InetSocketAddress broker() {
        return broker;
    }

    public Duration timeout() {
        return timeout;
    }

    /** A topic of this test alone. */
    public String topic(String name) {
        return "cf/" + mark + "/" + name;
    }

    /** A Client Identifier that every broker has to take: at most 23 digits and letters. */
    public String clientId() {
        ids++;
        return "cf" + mark + "y" + ids;
    }

    /** CONNECT of a new client, with a clean session. */
    public Connect client() {
        return Connect.as(version, clientId());
    }

    public Connect client(String clientId) {
        return Connect.as(version, clientId);
    }

    /** A connection on which nothing has been said. */
    public RawClient open() {
        RawClient client = RawClient.open(broker, version, timeout);
        clients.add(client);
        return client;
    }

    /** The same, to be closed by the test, of which there may be thousands. */
    public RawClient openBriefly() {
        return RawClient.open(broker, version, timeout);
    }

    /** A WebSocket on which nothing has been said, to a broker that listens for such. */
    public WebSocket webSocket(String protocols) {
        WebSocket webSocket = WebSocket.open(broker, webSocketPath, protocols, timeout);
        webSockets.add(webSocket);
        return webSocket;
    }

    /** For reports: so many cases were part of this test. */
    public void count(int more) {
        cases += more;
    }

    int cases() {
        return Math.max(1, cases);
    }

    /** A connection with a new client on it. */
    public RawClient connect() {
        return connect(client());
    }

    /** A connection that the broker has to accept. */
    public RawClient connect(Connect connect) {
        RawClient client = open();
        accepted(client, connect);
        return client;
    }

    /** The CONNACK of a connection that the broker has to accept. */
    public Frame accepted(RawClient client, Connect connect) {
        Frame connAck = client.connect(connect);
        Failure.unless(connAck.code() == 0, "the connection is refused: %s", connAck);
        return connAck;
    }

    /**
     * This CONNECT breaks the format: the broker has to close, in v3 without a word, in v5 perhaps with a CONNACK of one of
     * these codes.
     */
    public void rejectsConnect(byte[] connect, int... codes) {
        RawClient client = open();
        client.send(connect);
        explained(connect, () -> {
            if (is5()) {
                client.expectRefusal(codes);
            } else {
                Failure.unlessEqual(List.of(), client.untilEnd(), "before the broker closed"); // MQTT3-3.1.4-1
            }
        });
    }

    public void rejectsConnect(Connect connect, int... codes) {
        rejectsConnect(connect.toArray(), codes);
    }

    /** The broker has to refuse this CONNECT, whose format is sound: it closes, perhaps after a CONNACK with one of these codes. */
    public void refusesConnect(Connect connect, int... codes) {
        RawClient client = open();
        client.send(connect);
        explained(connect.toArray(), () -> {
            for (Frame frame : client.untilEnd()) {
                Failure.unless(frame.code() != 0, "accepted: %s", frame);
                if (is5() && frame.code() != 0x80) {
                    Failure.unlessOneOf(frame.code(), "code of CONNACK", codes);
                }
            }
        });
    }

    /** A connected client sends this, and the broker has to close, in v5 perhaps with one of these codes. */
    public void rejects(byte[] packets, int... codes) {
        RawClient client = connect();
        client.send(packets);
        explained(packets, () -> client.expectRefusal(codes));
    }

    private static void explained(byte[] sent, Runnable check) {
        try {
            check.run();
        } catch (Failure e) {
            throw new Failure("after " + Bytes.hex(sent) + ": " + e.getMessage());
        }
    }

    /** A new client with one subscription. */
    public RawClient subscriber(String filter, int options) {
        RawClient client = connect();
        client.subscribe(filter, options);
        return client;
    }

    /** Lets time pass. Only for statements about time. */
    public void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        clients.forEach(RawClient::close);
        webSockets.forEach(WebSocket::close);
    }
}
