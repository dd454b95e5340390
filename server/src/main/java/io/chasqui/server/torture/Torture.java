package io.chasqui.server.torture;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.server.torture.Victim.VictimException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Kills a broker again and again while clients publish and receive, and holds it to what it has acknowledged. Use once, from
 * one thread.
 */
public final class Torture {
    private static final Duration RETRY = Duration.ofMillis(20);
    private static final Duration PORT_FREE = Duration.ofSeconds(10);
    private static final Duration QUIET =
            Duration.ofSeconds(2); // when nothing is owed any more, or the patience if shorter
    private static final Duration DRAIN = Duration.ofMinutes(10); // however much progress there is
    private static final int WILLS_A_ROUND = 2;
    private static final int DIES_YOUNG_ONCE_IN = 8; // rounds
    private static final long YOUNG_MILLIS = 1_000;
    private static final int REPORTS = 20; // lines of progress in a run

    private final TortureSettings settings;
    private final Consumer<String> progress;
    private final Arena arena;
    private final SplittableRandom random;
    private final Victim victim;
    private final Crowd crowd;
    private final List<Long> startMillis = new ArrayList<>();
    private final long begin = System.nanoTime();
    private int rounds;

    /** What cannot be tried: the broker does not start, or is not there. The message is for the user. */
    public static final class TortureException extends Exception {
        private static final long serialVersionUID = 1;

        TortureException(String message) {
            super(message);
        }
    }

    private Torture(TortureSettings settings, Consumer<String> progress) {
        this.settings = settings;
        this.progress = progress;
        this.arena = new Arena(settings, Long.toString(System.currentTimeMillis(), 36));
        this.random = arena.random("torture");
        this.crowd = new Crowd(arena);
        this.victim = settings.brokerCommand() != null
                ? new Victim.Own(settings.brokerCommand(), settings.brokerLog())
                : new Victim.Remote(
                        Objects.requireNonNull(settings.killCommand()),
                        settings.startCommand(),
                        settings.brokerLog(),
                        settings.startTimeout());
    }

    /**
     * Runs all rounds, drains and judges. Leaves sessions and retained messages of the run in the broker.
     *
     * @param progress gets a line now and then, on the calling thread
     * @throws TortureException when it could not even begin
     */
    public static Verdict run(TortureSettings settings, Consumer<String> progress)
            throws TortureException, InterruptedException {
        Torture torture = new Torture(settings, progress);
        try (Victim _ = torture.victim) {
            torture.begin();
            boolean up = torture.kill();
            if (up) {
                torture.drain();
            }
            return torture.judge(up);
        } catch (VictimException e) {
            throw new TortureException(String.valueOf(e.getMessage()));
        } finally {
            torture.arena.end();
        }
    }

    private void begin() throws VictimException, InterruptedException {
        if (victim.canDieYoung() && accepts()) {
            throw new VictimException("something listens on port " + settings.port()
                    + " already: stop it, or give its own port to --broker-command and --port");
        }
        victim.start();
        if (!awaitMqtt()) {
            throw new VictimException("no MQTT on " + settings.host() + ":" + settings.port() + " within "
                    + settings.startTimeout().toSeconds() + " s (--start-timeout)");
        }
        crowd.checkIn();
        if (!crowd.awaitReady(settings.startTimeout())) {
            throw new VictimException("the subscriptions were not acknowledged within "
                    + settings.startTimeout().toSeconds() + " s");
        }
    }

    /** @return whether the broker is there after the last round */
    private boolean kill() throws VictimException, InterruptedException {
        long end = settings.duration() == null
                ? Long.MAX_VALUE
                : settings.duration().toNanos();
        while (rounds < settings.rounds() && System.nanoTime() - begin < end) {
            rounds++;
            arena.ledger.roundStarts(rounds);
            for (int will = 0; will < WILLS_A_ROUND && settings.versions().contains(5); will++) {
                crowd.join(new WillOwner(arena, "will-" + rounds + "-" + will));
            }
            arena.pause(Arena.between(random, settings.upMin(), settings.upMax()));
            crowd.check();
            killNow();
            if (victim.canDieYoung() && random.nextInt(DIES_YOUNG_ONCE_IN) == 0) {
                victim.start();
                arena.pause(Duration.ofMillis(random.nextLong(YOUNG_MILLIS)));
                killNow();
            }
            if (!restart()) {
                return false;
            }
            report();
        }
        return true;
    }

    private void killNow() throws VictimException, InterruptedException {
        victim.kill();
        awaitSilence();
    }

    private boolean restart() throws VictimException, InterruptedException {
        long start = System.nanoTime();
        victim.start();
        try {
            if (awaitMqtt()) {
                startMillis.add((System.nanoTime() - start) / 1_000_000);
                return true;
            }
            arena.faults.add(Fault.NOT_STARTED, "in round " + rounds);
        } catch (VictimException e) {
            arena.faults.add(Fault.NOT_STARTED, "in round " + rounds + ": " + e.getMessage());
        }
        return false;
    }

    private void report() {
        if (rounds % Math.max(1, settings.rounds() / REPORTS) == 0) {
            progress.accept("round " + rounds + (settings.duration() == null ? " of " + settings.rounds() : "") + ": "
                    + arena.ledger.acknowledged() + " acknowledged, " + arena.ledger.deliveries() + " delivered, "
                    + arena.faults.total() + " faults so far, start took " + startMillis.getLast() + " ms");
        }
    }

    /** Until everything has come that will. */
    private void drain() throws InterruptedException {
        long start = System.nanoTime();
        progress.accept("the last round is over; waiting for what is owed");
        arena.drain();
        crowd.awaitPublishers(DRAIN);
        awaitQuiet(start);
        crowd.probe(settings.patience());
        awaitQuiet(start);
        crowd.lookAtRetained();
    }

    private void awaitQuiet(long start) throws InterruptedException {
        Duration quiet = QUIET.compareTo(settings.patience()) < 0 ? QUIET : settings.patience();
        long seen = -1;
        long since = start;
        while (System.nanoTime() - start < DRAIN.toNanos()) {
            long deliveries = arena.ledger.deliveries();
            long now = System.nanoTime();
            if (deliveries != seen) {
                seen = deliveries;
                since = now;
            }
            if (now - since > quiet.toNanos()) { // the first question is the cheap one
                boolean wills = arena.wills.owed() > 0;
                boolean mayCome = wills || arena.ledger.owed() > 0;
                Duration patience = settings.patience().plus(wills ? WillOwner.MAX_DELAY : Duration.ZERO);
                if (!mayCome || now - since > patience.toNanos()) {
                    return;
                }
            }
            arena.pause(Duration.ofMillis(200));
        }
    }

    private Verdict judge(boolean up) throws InterruptedException {
        arena.end();
        crowd.leave();
        if (up) {
            arena.ledger.judge();
            arena.wills.judge();
            crowd.judgeUnanswered();
        }
        List<Verdict.Finding> findings = Arrays.stream(Fault.values())
                .filter(fault -> arena.faults.count(fault) > 0)
                .map(fault -> new Verdict.Finding(fault, arena.faults.count(fault), arena.faults.examples(fault)))
                .toList();
        List<Long> sorted = startMillis.stream().sorted().toList();
        return new Verdict(
                findings,
                settings.seed(),
                rounds,
                Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
                arena.ledger.sent(),
                arena.ledger.acknowledged(),
                arena.ledger.refusals(),
                arena.ledger.deliveries(),
                arena.ledger.repeats(),
                arena.retained.acknowledged(),
                arena.retained.looks(),
                arena.wills.judged(),
                sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2),
                sorted.isEmpty() ? 0 : sorted.getLast());
    }

    // ---------------------------------------------------------------- the door of the broker

    private boolean awaitMqtt() throws VictimException, InterruptedException {
        long deadline = System.nanoTime() + settings.startTimeout().toNanos();
        int highest = settings.versions().contains(5) ? 5 : 4;
        MqttVersion version = highest == 5 ? MqttVersion.V5 : MqttVersion.V3_1_1;
        while (System.nanoTime() < deadline) {
            try (Link link = arena.dial(Connect.of(version, arena.clientId("door"), true, Link.KEEP_ALIVE_SECONDS))) {
                ConnAck connAck = link.connAck();
                if (!connAck.reason().isError()) {
                    checkQos(connAck);
                    return true;
                }
            } catch (LinkLostException _) {
                victim.checkAlive();
            }
            arena.pause(RETRY);
        }
        return false;
    }

    private void checkQos(ConnAck connAck) throws VictimException {
        int highest = connAck.properties().maximumQos().level();
        if (highest < settings.maxQos()) {
            throw new VictimException("the broker takes at most QoS " + highest + ": give --max-qos " + highest);
        }
    }

    /** After a kill nobody may listen: or what was killed was not the broker. */
    private void awaitSilence() throws VictimException, InterruptedException {
        if (!victim.canDieYoung() && settings.startCommand() == null) {
            return; // a supervisor may have started it again already
        }
        long deadline = System.nanoTime() + PORT_FREE.toNanos();
        while (accepts()) {
            if (System.nanoTime() > deadline) {
                throw new VictimException("port " + settings.port() + " still accepts connections after the kill; "
                        + "does the broker put itself into the background?");
            }
            arena.pause(RETRY);
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(settings.address(), 1_000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
