package io.chasqui.interop;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * Where the broker listens. Tests share it, so each takes topics and Client Identifiers that nobody else has.
 *
 * @param webSocketPort 0 for none
 * @param securePort TLS, for MQTT and WebSocket, with {@link ServerCertificate}; 0 for none
 */
record BrokerUnderTest(String host, int port, int webSocketPort, int securePort) {
    /** Differs from run to run: a broker that was started elsewhere remembers retained messages of the run before. */
    private static final String RUN =
            Integer.toString(ThreadLocalRandom.current().nextInt(1 << 24), 36);

    private static final AtomicInteger NEXT = new AtomicInteger();

    /** The same broker for clients of MQTT over WebSocket; aborts the test where it has no such door. */
    BrokerUnderTest overWebSocket() {
        Assumptions.assumeTrue(webSocketPort != 0, "give -Dinterop.websocket=PORT");
        return new BrokerUnderTest(host, webSocketPort, webSocketPort, 0);
    }

    /** The same broker for clients that encrypt; aborts the test where it is not ours, whose certificate they know. */
    BrokerUnderTest overTls() {
        Assumptions.assumeTrue(securePort != 0, "with a broker of its own only");
        return new BrokerUnderTest(host, securePort, 0, securePort);
    }

    /** A topic level that is new in this run. */
    String freshTopic() {
        return "interop/" + RUN + "/" + NEXT.incrementAndGet();
    }

    /** A Client Identifier that is new in this run; within the 23 characters of MQTT 3.1. */
    String freshClientId() {
        return "io" + RUN + "x" + NEXT.incrementAndGet();
    }
}
