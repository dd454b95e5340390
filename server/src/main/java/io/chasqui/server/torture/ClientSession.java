package io.chasqui.server.torture;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Will;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A session that outlives its connections: Session Expiry Interval in MQTT 5, Clean Session 0 in 3.1.1. Opens the connections
 * and holds the broker to Session Present. Confined to the thread of its client.
 */
final class ClientSession {
    private static final long EXPIRY_SECONDS = 24 * 3_600;
    private static final Duration RETRY = Duration.ofMillis(50);

    final String name;
    final String clientId;
    final MqttVersion version;
    private final Arena arena;
    private final int receiveMaximum;
    private boolean promised; // a CONNACK has come for it
    private boolean resumed;

    /** @param receiveMaximum 1 to 65,535; only MQTT 5 says it */
    ClientSession(Arena arena, String name, MqttVersion version, int receiveMaximum) {
        this.arena = arena;
        this.name = name;
        this.clientId = arena.clientId(name);
        this.version = version;
        this.receiveMaximum = receiveMaximum;
    }

    /** Whether the broker had the session when the last connection was opened. */
    boolean resumed() {
        return resumed;
    }

    /** Tries until a CONNACK lets us in. Null when the run ends before. */
    @Nullable
    Link open() throws InterruptedException {
        while (!arena.isOver()) {
            try {
                return open(null);
            } catch (LinkLostException _) {
                arena.pause(RETRY);
            }
        }
        return null;
    }

    /** Tries once. */
    Link open(@Nullable Will will) throws LinkLostException, InterruptedException {
        Link link = arena.dial(
                Connect.resuming(version, clientId, Link.KEEP_ALIVE_SECONDS, will, EXPIRY_SECONDS, receiveMaximum));
        ConnAck connAck = link.connAck();
        if (connAck.reason().isError()) {
            link.close();
            throw new LinkLostException("refused: " + connAck.reason());
        }
        resumed = connAck.sessionPresent();
        if (promised && !resumed) {
            arena.faults.add(Fault.SESSION_MISSING, clientId);
        }
        long granted = connAck.properties().sessionExpirySeconds();
        promised = granted == ConnAck.Properties.ABSENT || granted >= EXPIRY_SECONDS;
        return link;
    }
}
