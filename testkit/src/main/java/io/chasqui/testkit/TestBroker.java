package io.chasqui.testkit;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A broker in this JVM, on a free port of the loopback interface, with everything in memory and open to everyone. Several are
 * independent of each other. Safe on any thread.
 */
public final class TestBroker implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 10_000;

    /**
     * What Netty does when it is loaded and no test needs: events for Flight Recorder, and a look at all network interfaces and the
     * process, for a part of the identifiers of channels that nobody reads.
     */
    private static final Map<String, String> NETTY_AT_START = Map.of(
            "io.netty.jfr.enabled", "false",
            "io.netty.machineId", "00:00:00:00:00:00:00:01",
            "io.netty.processId", "1");

    private final Broker broker;

    private TestBroker(Broker broker) {
        this.broker = broker;
    }

    /**
     * Starts one, in some thousandths of a second once its classes are loaded. The first also sets system properties that
     * nobody has set: {@code io.netty.jfr.enabled}, {@code io.netty.machineId} and {@code io.netty.processId}.
     */
    public static TestBroker start() {
        NETTY_AT_START.forEach(System.getProperties()::putIfAbsent);
        return new TestBroker(Broker.start(new BrokerConfig(
                List.of(new ListenerConfig("mqtt", "127.0.0.1", 0, MAX_CONNECTIONS, Duration.ofSeconds(10))),
                Limits.DEFAULT,
                1,
                1,
                Duration.ZERO,
                Duration.ofMillis(100))));
    }

    /** Where clients connect, such as {@code mqtt://127.0.0.1:41234}. */
    public String uri() {
        return "mqtt://127.0.0.1:" + port();
    }

    public int port() {
        return broker.addresses().getFirst().getPort();
    }

    /** The broker itself, for what it counts and why messages did not arrive. */
    public Broker broker() {
        return broker;
    }

    /**
     * Jumps: what comes with time has come when this returns. What clients have sent before, the broker takes first. A connected client has been silent for so long, so the broker
     * ends its connection if that is beyond one and a half Keep Alives; Wills come when their delay is over, messages and sessions
     * expire.
     *
     * @param time up to 30 days
     */
    public void passTime(Duration time) {
        broker.passTime(time).join();
    }

    /** A network before this broker that does what it is told; closed by the caller. */
    public FaultyNetwork faultyNetwork() {
        return new FaultyNetwork(port());
    }

    @Override
    public void close() {
        broker.close();
    }
}
