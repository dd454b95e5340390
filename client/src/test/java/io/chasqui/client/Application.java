package io.chasqui.client;

import io.chasqui.broker.simulation.Scheduler;
import io.chasqui.broker.simulation.SimulatedBroker;
import io.chasqui.broker.simulation.Trace;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An application with the real client: publishes, receives, is killed and comes back, and so is its network. One session for all of
 * its lives. What it remembers of its subscriptions it gets from the broker; of its messages, from its outbox if it has one.
 */
final class Application {
    private static final String FILTER = "t/#";

    final int index;
    private final Scheduler scheduler;
    private final SimulatedBroker broker;
    private final Letters letters;
    private final Trace trace;
    private final MqttVersion version;
    private final Qos qos;
    private final @Nullable SimulatedRecords records;
    private final boolean sync;
    private final boolean manual;
    private final boolean echoes; // publishes in its callbacks
    private final long callbackLag;
    private final int chaos; // percent
    private final int mostUnderWay;
    private final List<SimulatedNetwork> ended = new ArrayList<>();
    private final List<Letters.Letter> open = new ArrayList<>(); // of this life, whose futures have not ended
    private final List<Runnable> writes = new ArrayList<>(); // of this life's outbox, not done yet
    private int actions;
    private int life;
    private boolean ending; // this life, cleanly
    private boolean away; // has disconnected
    private boolean connected;
    private @Nullable SimulatedNetwork network; // of this life
    private @Nullable MqttClient client;
    private SimulatedRecords.@Nullable Open opened;

    Application(int index, Scheduler scheduler, SimulatedBroker broker, Letters letters, Trace trace, int chaos) {
        this.index = index;
        this.scheduler = scheduler;
        this.broker = broker;
        this.letters = letters;
        this.trace = trace;
        this.chaos = chaos;
        this.version = scheduler.any(MqttVersion.V5, MqttVersion.V5, MqttVersion.V3_1_1);
        this.qos = scheduler.any(Qos.EXACTLY_ONCE, Qos.EXACTLY_ONCE, Qos.AT_LEAST_ONCE, Qos.AT_MOST_ONCE);
        this.records = scheduler.oneIn(2) ? new SimulatedRecords(scheduler) : null;
        this.sync = scheduler.oneIn(2);
        this.manual = scheduler.oneIn(4);
        this.echoes = scheduler.oneIn(4);
        this.callbackLag = scheduler.any(1L, 100 * Scheduler.MILLI, 3 * Scheduler.SECOND);
        this.mostUnderWay = scheduler.any(100, 1_000, 65_536);
        this.actions = scheduler.random().nextInt(10, 60);
    }

    private Settings settings(SimulatedNetwork machine) {
        MqttClientBuilder builder = MqttClient.to("mqtt://broker")
                .clientId("a" + index)
                .session(Duration.ofSeconds(Connect.NEVER_EXPIRES))
                .keepAlive(Duration.ofSeconds(scheduler.any(5, 20, 60)))
                .answerTimeout(Duration.ofSeconds(scheduler.any(2, 10)))
                .reconnect(new Reconnect(Duration.ofSeconds(1), Duration.ofSeconds(10)))
                .maxInFlight(scheduler.any(1, 2, 5, 100))
                .outbox(scheduler.any(3, 1_000), 1 << 20, WhenFull.FAIL)
                .inboxMessages(scheduler.any(1, 3, 100))
                .callbacks(machine.threads(callbackLag))
                .listener(new Listener(machine));
        if (manual) {
            builder.manualAcknowledgement();
        }
        if (version == MqttVersion.V5) {
            builder.receiveMaximum(scheduler.any(1, 2, 10, 1_000))
                    .topicAliases(scheduler.any(0, 2, 10), scheduler.any(0, 2, 10));
        } else {
            builder.version(version);
        }
        return builder.settings();
    }

    /** Hears what must not be. */
    private final class Listener implements ConnectionListener {
        private final SimulatedNetwork machine;

        Listener(SimulatedNetwork machine) {
            this.machine = machine;
        }

        @Override
        public void onConnected(ConnAck connAck) {
            connected |= network == machine;
            trace.add("a" + index, "life " + life, "is connected", connAck.sessionPresent() ? "again" : "");
        }

        @Override
        public void onDisconnected(MqttException why, @Nullable Duration nextAttempt) {
            connected &= network != machine;
            trace.add("a" + index, "life " + life, "is disconnected:", why.getMessage());
            Throwable cause = why.getCause();
            boolean bad = cause instanceof ProtocolException
                    || cause instanceof RuntimeException
                    || cause instanceof AssertionError;
            letters.unless(!bad, "client and broker understand each other", "a" + index + ": " + why + ", " + cause);
            letters.unless(
                    !(why instanceof MqttException.ConnectRefused), "nobody is refused", "a" + index + ": " + why);
            letters.unless(nextAttempt != null || away || ending, "the client comes back", "a" + index + ": " + why);
        }

        @Override
        public void onUnhandled(Received message, @Nullable Throwable fault) {
            letters.unless(false, "callbacks do not fail", "a" + index + ": " + message + ", " + fault);
        }

        @Override
        public void onUndelivered(String topic, MqttException why) {
            letters.unless(why instanceof MqttException.Expired, "what is safe is delivered", topic + ": " + why);
        }
    }

    /** The application starts. */
    void start() {
        life++;
        ending = false;
        away = false;
        connected = false;
        trace.add("a" + index, "life " + life, "starts");
        SimulatedNetwork machine = new SimulatedNetwork(scheduler, broker, mostUnderWay);
        network = machine;
        scheduler.as(this, () -> {
            MqttClient here = new MqttClient(settings(machine), machine, thread -> {
                SimulatedRecords disk = records;
                if (disk == null) {
                    return null;
                }
                opened = disk.open();
                return new DiskOutbox(opened, sync, thread, task -> write(machine, task), 300);
            });
            client = here;
            int thisLife = life;
            here.onMessage(FILTER, received -> onMessage(here, machine, thisLife, received));
            here.start();
            if (!letters.isSubscribed(index) || scheduler.oneIn(2)) {
                subscribe(here, machine);
            }
        });
    }

    private void write(SimulatedNetwork machine, Runnable task) {
        writes.add(task);
        scheduler.after(scheduler.upTo(scheduler.any(1, 100, 1_000) * Scheduler.MILLI), () -> {
            if (!machine.isDead() && writes.remove(task)) {
                scheduler.as("writer", task);
            }
        });
    }

    private void subscribe(MqttClient here, SimulatedNetwork machine) {
        here.subscribeAsync(FILTER, qos).whenComplete((granted, failure) -> {
            if (machine.isDead()) {
                return;
            }
            trace.add("a" + index, "has subscribed:", granted == null ? failure.toString() : granted);
            if (failure == null) {
                letters.granted(index, qos);
            } else if (client == here && !ending) {
                scheduler.after(Scheduler.SECOND, () -> {
                    if (client == here && !ending) {
                        scheduler.as(this, () -> subscribe(here, machine));
                    }
                });
            }
        });
    }

    private void onMessage(MqttClient here, SimulatedNetwork machine, int thisLife, Received received) {
        letters.unless(life == thisLife, "nothing is given after the end", "a" + index + " life " + thisLife);
        letters.received(index, thisLife, received);
        if (manual) {
            machine.threads(callbackLag).execute(received::acknowledge);
        }
        if (echoes && scheduler.oneIn(10) && client == here && !ending) {
            publish(here, machine);
        }
    }

    private void publish(MqttClient here, SimulatedNetwork machine) {
        Qos at = scheduler.any(Qos.values());
        String topic = scheduler.any("t/0", "t/1");
        boolean expires = scheduler.oneIn(10);
        Letters.Letter letter = letters.write(index, at, topic, expires);
        String padding = " ".repeat(scheduler.any(0, 10, 2_000));
        Message message = Message.of(topic, letter.number + padding)
                .withQos(at)
                .withExpiry(expires ? Duration.ofSeconds(scheduler.any(1, 30)) : null);
        open.add(letter);
        if (records != null && at != Qos.AT_MOST_ONCE && scheduler.oneIn(2)) {
            here.handOverAsync(message).whenComplete((safe, failure) -> {
                if (!machine.isDead()) {
                    open.remove(letter);
                    if (failure == null) {
                        letters.safe(letter);
                    } else {
                        letters.done(letter, null, failure);
                    }
                }
            });
            return;
        }
        here.publishAsync(message).whenComplete((reason, failure) -> {
            if (!machine.isDead()) {
                open.remove(letter);
                letters.done(letter, reason, failure);
            }
        });
    }

    /** Does something, and again after a while, until it has done enough. */
    void act() {
        if (actions <= 0) {
            return;
        }
        actions--;
        MqttClient here = client;
        SimulatedNetwork machine = network;
        if (here != null && machine != null && !ending) {
            if (scheduler.random().nextInt(100) < chaos) {
                trouble(here, machine);
            } else {
                for (int i = scheduler.any(1, 1, 2, 10); i > 0; i--) {
                    scheduler.as(this, () -> publish(here, machine));
                }
            }
        }
        scheduler.after(scheduler.upTo(scheduler.any(1, 5) * Scheduler.SECOND), this::act);
    }

    boolean isDone() {
        return actions <= 0;
    }

    private void trouble(MqttClient here, SimulatedNetwork machine) {
        switch (scheduler.random().nextInt(9)) {
            case 0, 1 -> {
                trace.add("a" + index, "is cut off");
                machine.cut(scheduler.oneIn(2));
            }
            case 2 -> {
                trace.add("a" + index, "has no network");
                machine.lose(scheduler.upTo(60 * Scheduler.SECOND));
            }
            case 3 -> {
                long nanos = scheduler.upTo(scheduler.any(1, 100) * Scheduler.SECOND);
                trace.add("a" + index, "sleeps", nanos / Scheduler.MILLI + " ms");
                machine.sleep(nanos);
            }
            case 4, 5 -> kill(machine);
            case 6 -> end(here);
            case 7 -> {
                away = true;
                trace.add("a" + index, "disconnects");
                scheduler.as(this, () -> here.disconnectAsync(ReasonCode.NORMAL_DISCONNECTION, null));
                scheduler.after(scheduler.upTo(scheduler.any(0, 20) * Scheduler.SECOND), () -> comeBack(here));
            }
            default -> broker.sleep(scheduler.upTo(scheduler.any(1, 60) * Scheduler.SECOND));
        }
    }

    private void comeBack(MqttClient here) {
        if (client == here && !ending && away) {
            away = false;
            scheduler.as(this, here::start);
        }
    }

    /** At any moment, in the middle of a write too; sometimes with the whole machine. */
    private void kill(SimulatedNetwork machine) {
        trace.add("a" + index, "life " + life, "is killed");
        machine.die();
        client = null;
        network = null;
        open.clear();
        SimulatedRecords disk = records;
        if (opened != null && disk != null) {
            opened.die();
            List<Runnable> underWay = List.copyOf(writes);
            if (scheduler.oneIn(2)) {
                underWay.forEach(Runnable::run);
            }
            if (sync && scheduler.oneIn(2)) {
                disk.losePower();
            }
        }
        writes.clear();
        scheduler.after(scheduler.upTo(20 * Scheduler.SECOND), this::startIfDead);
    }

    private void startIfDead() {
        if (client == null) {
            start();
        }
    }

    private void end(MqttClient here) {
        SimulatedNetwork machine = network;
        trace.add("a" + index, "life " + life, "ends");
        ending = true;
        scheduler.as(
                this,
                () -> here.end().whenComplete((done, failure) -> {
                    letters.unless(failure == null, "clients can be closed", "a" + index + ": " + failure);
                    scheduler.after(scheduler.upTo(5 * Scheduler.SECOND), () -> {
                        letters.unless(open.isEmpty(), "all futures end", "a" + index + ": " + open);
                        if (machine != null) {
                            ended.add(machine);
                        }
                        client = null;
                        network = null;
                        if (!over) {
                            start();
                        }
                    });
                }));
    }

    private boolean over;

    /** The world is good again. */
    void heal() {
        if (network != null) {
            network.heal();
        }
        MqttClient here = client;
        if (here != null) {
            comeBack(here);
        }
    }

    /** Whether all is done that it was asked for. */
    boolean isQuiet() {
        MqttClient here = client;
        return here != null && connected && !ending && open.isEmpty() && here.outboxMessages() == 0;
    }

    /** For those who ask why it does not come to rest. */
    String state() {
        MqttClient here = client;
        return "a" + index + (connected ? "" : ", not connected") + (ending ? ", ending" : "") + ", open: "
                + open.size() + " from " + (open.isEmpty() ? "" : open.getFirst()) + ", in the outbox: "
                + (here == null ? "dead" : here.outboxMessages());
    }

    /** Ends for good. */
    void leave() {
        over = true;
        MqttClient here = client;
        if (here != null && !ending) {
            end(here);
        }
    }

    /** It has ended: nothing of it is left. */
    void checkOver() {
        letters.unless(client == null, "clients can be closed", "a" + index);
        for (SimulatedNetwork machine : ended) {
            machine.check();
            long bytes = machine.buffers.metric().usedHeapMemory()
                    + machine.buffers.metric().usedDirectMemory();
            letters.unless(bytes == 0, "buffers are given back", "a" + index + " keeps " + bytes + " bytes");
        }
        SimulatedRecords disk = records;
        if (disk != null) {
            SimulatedNetwork machine = new SimulatedNetwork(scheduler, broker, mostUnderWay);
            List<Outgoing> left =
                    new DiskOutbox(disk.open(), sync, machine, Runnable::run, 300).restored(scheduler.now());
            letters.unless(left.isEmpty(), "nothing is left on disk", "a" + index + ": " + left.size());
        }
        letters.check();
    }
}
