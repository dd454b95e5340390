package io.chasqui.server.torture;

import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Leaves one Will with the broker, loses its connection by its own hand or the broker's end, and either comes back at once or
 * never. MQTT 5 only. Confined to its thread.
 */
final class WillOwner implements Client {
    /** Longest Will Delay Interval. */
    static final Duration MAX_DELAY = Duration.ofSeconds(5);

    private final Arena arena;
    private final String name;
    private final SplittableRandom random;

    WillOwner(Arena arena, String name) {
        this.arena = arena;
        this.name = name;
        this.random = arena.random(name);
    }

    @Override
    public void run() throws InterruptedException {
        Duration delay = Duration.ofSeconds(random.nextLong(2, MAX_DELAY.toSeconds() + 1));
        Qos qos = Qos.of(random.nextInt(1, arena.settings.maxQos() + 1));
        Duration stay = Duration.ofMillis(random.nextLong(3_000));
        boolean comesBack = random.nextInt(3) == 0;

        int number = arena.wills.connecting(qos, delay);
        ClientSession session = new ClientSession(arena, name, MqttVersion.V5, 65_535);
        long aliveAt;
        // One attempt: a second CONNECT after one whose fate is unknown could leave a second Will.
        try (Link link = session.open(will(number, qos, delay))) {
            aliveAt = System.nanoTime();
            aliveAt = stay(link, aliveAt, stay);
        } catch (LinkLostException _) {
            return;
        }
        long endedAt = System.nanoTime();
        if (!comesBack) {
            arena.wills.abandoned(number, endedAt);
            return;
        }
        Link back = session.open();
        if (back != null) {
            arena.wills.returned(number, aliveAt, endedAt, System.nanoTime());
            back.send(Disconnect.NORMAL);
            back.flush();
            back.close();
        }
    }

    /** @return when the connection was last known to be there */
    private static long stay(Link link, long from, Duration time) throws InterruptedException {
        long leaveAt = from + time.toNanos();
        try {
            while (System.nanoTime() < leaveAt) {
                link.next(Duration.ofNanos(Math.max(0, leaveAt - System.nanoTime())));
            }
            return System.nanoTime();
        } catch (LinkLostException _) {
            return from;
        }
    }

    private Will will(int number, Qos qos, Duration delay) {
        return new Will(
                qos,
                false,
                TopicName.of(arena.topic("will/" + number)),
                PublishProperties.NONE,
                delay.toSeconds(),
                Publish.ABSENT,
                new Stamp(number, 0).payload(arena.run, Stamp.MIN_BYTES));
    }
}
