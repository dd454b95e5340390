package io.chasqui.server.bench;

import io.chasqui.protocol.Qos;
import io.chasqui.server.probe.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run is to do.
 *
 * @param publishers 1 to 100,000; as many as {@code subscribers} for {@link Shape#PAIRS} and {@link Shape#OFFLINE}
 * @param topics of each publisher, 1 to 100,000
 * @param payloadBytes {@value Stamp#BYTES} to 16 MiB
 * @param rate messages a second of all publishers together, or connections a second; 0 for the closed loop
 * @param window closed loop: messages of one publisher that may be on the way
 * @param inFlight messages of QoS 1 and 2 of one publisher that may be unacknowledged, 1 to 65,535
 * @param messages of each publisher, for {@link Shape#OFFLINE}; topics of each publisher for {@link Shape#RETAINED}
 * @param connections for {@link Shape#CONNECTIONS}
 * @param parallel connections that are being opened at the same time
 * @param threads event threads at the most
 * @param patience how long nothing may come before what is missing is called lost
 */
public record BenchSettings(
        Shape shape,
        Target target,
        Qos qos,
        Qos subscriberQos,
        int publishers,
        int subscribers,
        int topics,
        int payloadBytes,
        double rate,
        int window,
        int inFlight,
        Duration duration,
        Duration warmUp,
        int messages,
        int connections,
        int parallel,
        int threads,
        Duration patience) {
    private static final int MOST_CLIENTS = 100_000;
    private static final long MOST_TRACKS = 20_000_000; // some 40 bytes each, when all of them are used

    /** @throws IllegalArgumentException with all faults at once, in the words of the command line */
    public BenchSettings {
        List<String> wrong = new ArrayList<>();
        range(wrong, "--publishers", publishers, 1, MOST_CLIENTS);
        range(wrong, "--subscribers", subscribers, 1, MOST_CLIENTS);
        range(wrong, "--topics", topics, 1, 100_000);
        range(wrong, "--payload", payloadBytes, Stamp.BYTES, 16 << 20);
        range(wrong, "--window", window, 1, 1_000_000);
        range(wrong, "--in-flight", inFlight, 1, 65_535);
        if (duration.toMillis() < 100 || duration.toSeconds() > 86_400) {
            wrong.add("--duration is " + duration.toSeconds() + "; give 1 to 86400");
        }
        range(wrong, "--warm-up", warmUp.toSeconds(), 0, 86_400);
        range(wrong, "--messages", messages, 1, 10_000_000);
        range(wrong, "--connections", connections, 1, 10_000_000);
        range(wrong, "--parallel", parallel, 1, 100_000);
        range(wrong, "--threads", threads, 1, 64);
        if (patience.toMillis() < 100 || patience.toSeconds() > 3_600) {
            wrong.add("--patience is " + patience.toSeconds() + "; give 1 to 3600");
        }
        if (!(rate >= 0 && rate <= 100_000_000)) {
            wrong.add("--rate is " + rate + "; give 0.01 to 100000000 a second, or leave it out");
        }
        if (wrong.isEmpty()
                && tracks(shape, publishers, subscribers, shape == Shape.RETAINED ? messages : topics) > MOST_TRACKS) {
            wrong.add("--publishers times --subscribers times --topics is more than " + MOST_TRACKS
                    + ", which would take too much memory; give less of one of them");
        }
        if (rate > 0 && (shape == Shape.OFFLINE || shape == Shape.RETAINED)) {
            wrong.add("--rate does not go with " + shape.label() + ", which is as fast as the broker; leave it out");
        }
        if (shape == Shape.OFFLINE && (qos == Qos.AT_MOST_ONCE || subscriberQos == Qos.AT_MOST_ONCE)) {
            wrong.add("-q is 0, at which brokers need not queue for those who are away; give 1 or 2");
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
    }

    private static void range(List<String> wrong, String option, long value, long min, long max) {
        if (value < min || value > max) {
            wrong.add(option + " is " + value + "; give " + min + " to " + max);
        }
    }

    private static long tracks(Shape shape, long publishers, long subscribers, long topics) {
        return publishers * topics * (shape == Shape.PAIRS || shape == Shape.OFFLINE ? 1 : subscribers);
    }

    boolean isOpenLoop() {
        return rate > 0;
    }

    /** How many subscribers get each message. */
    int copies() {
        return shape == Shape.FAN_IN || shape == Shape.FAN_OUT || shape == Shape.RETAINED ? subscribers : 1;
    }
}
