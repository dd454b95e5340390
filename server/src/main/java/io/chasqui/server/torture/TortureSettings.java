package io.chasqui.server.torture;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Torture} is to do. Refuses nonsense, all of it at once, in the words of the command line.
 *
 * @param host where the broker is
 * @param port its plain MQTT port
 * @param brokerCommand starts the broker in the foreground, for {@code sh -c}; or null, then {@code killCommand} is given
 * @param killCommand ends the broker at once, for {@code sh -c}; or null
 * @param startCommand starts it again; null when {@code killCommand} or a supervisor does so
 * @param brokerLog where the output of these commands goes, appended; null for nowhere
 * @param rounds kills, 1 to 1,000,000
 * @param duration no further round is begun after this time; null for no such limit
 * @param seed decides who does what when; the broker's timing remains its own
 * @param publishers 1 to 100
 * @param subscribers with long-lived subscriptions, 1 to 100; further ones subscribe and unsubscribe, watch Wills, and look at
 *     retained messages
 * @param rate messages a second of all publishers together, 1 to 1,000,000
 * @param window messages of one publisher that may be unacknowledged, 1 to 1,000
 * @param payloadBytes of each message, {@value Stamp#MIN_BYTES} to 65,536
 * @param maxMessages after so many the publishers stop, 1 to 100,000,000; 40 bytes of memory are needed for each at most
 * @param maxQos of messages and subscriptions, 1 or 2
 * @param versions of MQTT: 4 for 3.1.1, 5 for 5.0, or both
 * @param upMin shortest time between the start of the broker and its end
 * @param upMax longest such time
 * @param startTimeout from a start until MQTT must be accepted; also for each of the other two commands
 * @param patience how long nothing must come, at the end, before what is owed is called lost
 */
public record TortureSettings(
        String host,
        int port,
        @Nullable String brokerCommand,
        @Nullable String killCommand,
        @Nullable String startCommand,
        @Nullable Path brokerLog,
        int rounds,
        @Nullable Duration duration,
        long seed,
        int publishers,
        int subscribers,
        int rate,
        int window,
        int payloadBytes,
        int maxMessages,
        int maxQos,
        List<Integer> versions,
        Duration upMin,
        Duration upMax,
        Duration startTimeout,
        Duration patience) {
    /** @throws IllegalArgumentException with everything that is wrong */
    public TortureSettings {
        versions = List.copyOf(versions);
        List<String> wrong = new ArrayList<>();
        if ((brokerCommand == null) == (killCommand == null)) {
            wrong.add("give either --broker-command or --kill-command");
        }
        if (startCommand != null && killCommand == null) {
            wrong.add("--start-command belongs to --kill-command");
        }
        range(wrong, "--port", port, 1, 65_535);
        range(wrong, "--rounds", rounds, 1, 1_000_000);
        range(wrong, "--publishers", publishers, 1, 100);
        range(wrong, "--subscribers", subscribers, 1, 100);
        range(wrong, "--rate", rate, 1, 1_000_000);
        range(wrong, "--window", window, 1, 1_000);
        range(wrong, "--payload", payloadBytes, Stamp.MIN_BYTES, 65_536);
        range(wrong, "--max-messages", maxMessages, 1, 100_000_000);
        range(wrong, "--max-qos", maxQos, 1, 2);
        if (versions.isEmpty() || !List.of(4, 5).containsAll(versions)) {
            wrong.add("--mqtt is " + versions + "; give 3.1.1, 5 or both");
        }
        if (upMin.isNegative() || upMin.compareTo(upMax) > 0) {
            wrong.add("--up is " + upMin.toMillis() + " to " + upMax.toMillis() + " ms; give the shorter time first");
        }
        if (duration != null && !duration.isPositive()) {
            wrong.add("--duration is " + duration + "; give more than 0");
        }
        if (!startTimeout.isPositive() || !patience.isPositive()) {
            wrong.add("--start-timeout and --patience need more than 0");
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    private static void range(List<String> wrong, String option, long value, long min, long max) {
        if (value < min || value > max) {
            wrong.add(option + " is " + value + "; give " + min + " to " + max);
        }
    }
}
