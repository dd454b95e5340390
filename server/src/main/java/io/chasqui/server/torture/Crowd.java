package io.chasqui.server.torture;

import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.torture.Subscriber.Habit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part: publishers on a few topics at all QoS, subscribers with wildcards that stay, subscribers that change their
 * minds, a writer and a reader of retained messages, the owners of Wills and the one who watches them. Confined to the thread
 * of {@link Torture}.
 */
final class Crowd {
    private static final int DATA_TOPICS = 3; // for those with wildcards
    private static final int CHOICE_TOPICS = 4; // for those who change their minds
    private static final int CHANGING_SUBSCRIBERS = 3;
    private static final List<Integer> RECEIVE_MAXIMUMS = List.of(65_535, 10, 100);

    private final Arena arena;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<@Nullable Void>> futures = new ArrayList<>();
    private final List<Future<@Nullable Void>> publishing = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Lane> probes = new ArrayList<>();

    Crowd(Arena arena) {
        this.arena = arena;
    }

    /** Everybody but the owners of Wills. Publishers begin when {@link #awaitReady} has come back. */
    void checkIn() {
        Qos maxQos = Qos.of(arena.settings.maxQos());
        Habit[] habits = {Habit.STEADY, Habit.WANDERS};
        for (int i = 0; i < arena.settings.subscribers(); i++) {
            Qos qos = Qos.of(Math.max(0, maxQos.level() - i / 2 % 3)); // 2 2 1 1 0 0 2 ...
            String filter = arena.topic(i % 3 == 1 ? "data/+" : "data/#");
            subscribe("sub-" + i, version(i / 2), List.of(filter), qos, habits[i % 2], null);
        }
        List<String> choice = topics("choice/", CHOICE_TOPICS);
        for (int i = 0; i < CHANGING_SUBSCRIBERS; i++) {
            subscribe("choosy-" + i, version(i), choice, maxQos, Habit.CHANGES_ITS_MIND, null);
        }
        if (arena.settings.versions().contains(5)) {
            Subscriber.Sink wills = (_, payload, qos, _) -> arena.wills.received(payload, qos, System.nanoTime());
            subscribe("wills", MqttVersion.V5, List.of(arena.topic("will/#")), maxQos, Habit.STEADY, wills);
        }
        choice.forEach(topic -> probes.add(probe(topic)));
        probes.add(probe(arena.topic("data/probe")));
    }

    private void subscribe(
            String name,
            MqttVersion version,
            List<String> filters,
            Qos qos,
            Habit habit,
            Subscriber.@Nullable Sink sink) {
        int receiveMaximum = RECEIVE_MAXIMUMS.get(subscribers.size() % RECEIVE_MAXIMUMS.size());
        ClientSession session = new ClientSession(arena, name, version, receiveMaximum);
        String described = name + " (" + version.protocolName() + " " + version.level() + ", QoS " + qos.level() + ", "
                + habit.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ")";
        Receiver receiver = arena.ledger.receiver(described);
        Subscriber subscriber = new Subscriber(arena, session, receiver, sink, filters, qos, habit);
        subscribers.add(subscriber);
        join(subscriber);
    }

    /** @return false when a subscription was not acknowledged in time */
    boolean awaitReady(Duration timeout) throws InterruptedException {
        for (Subscriber subscriber : subscribers) {
            if (!subscriber.awaitReady(timeout)) {
                return false;
            }
        }
        List<String> topics = new ArrayList<>(topics("data/", DATA_TOPICS));
        topics.addAll(topics("choice/", CHOICE_TOPICS));
        int count = arena.settings.publishers();
        for (int i = 0; i < count; i++) {
            String name = "pub-" + i;
            List<Lane> lanes = new ArrayList<>();
            for (String topic : topics) {
                for (int qos = 0; qos <= arena.settings.maxQos(); qos++) {
                    lanes.add(arena.ledger.lane(name, TopicName.of(topic), Qos.of(qos), false));
                }
            }
            double rate = (double) arena.settings.rate() / count;
            int maxMessages = Math.max(1, arena.settings.maxMessages() / count);
            publish(name, i, new DataSource(arena, lanes, arena.random("source-" + i), rate, maxMessages), i % 2 == 1);
        }
        publish("retained", 0, new RetainedSource(arena, Qos.AT_LEAST_ONCE), true);
        join(new RetainedReader(arena, version(0)));
        return true;
    }

    private void publish(String name, int number, Outgoing.Source source, boolean wanders) {
        ClientSession session = new ClientSession(arena, name, version(number), 65_535);
        Publisher publisher = new Publisher(arena, session, source, wanders);
        publishers.add(publisher);
        publishing.add(join(publisher));
    }

    private Lane probe(String topic) {
        return arena.ledger.lane("the probe", TopicName.of(topic), Qos.AT_LEAST_ONCE, true);
    }

    private List<String> topics(String prefix, int count) {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            topics.add(arena.topic(prefix + i));
        }
        return topics;
    }

    /** Versions by turns. */
    private MqttVersion version(int turn) {
        List<Integer> versions = arena.settings.versions();
        return versions.get(turn % versions.size()) == 5 ? MqttVersion.V5 : MqttVersion.V3_1_1;
    }

    Future<@Nullable Void> join(Client client) {
        Callable<@Nullable Void> task = () -> {
            client.run();
            return null;
        };
        Future<@Nullable Void> future = threads.submit(task);
        futures.add(future);
        return future;
    }

    /** Throws what a client has thrown, which is a fault of ours, and forgets those that are done. */
    void check() throws InterruptedException {
        for (Future<@Nullable Void> future : futures) {
            if (future.isDone()) {
                await(future, Duration.ZERO);
            }
        }
        futures.removeIf(Future::isDone);
    }

    void awaitPublishers(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Future<@Nullable Void> future : publishing) {
            await(future, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
    }

    /** One message to each topic on which somebody has a subscription, or had. */
    void probe(Duration timeout) throws InterruptedException {
        publish("probe", 0, new ProbeSource(arena, probes), false);
        await(publishing.getLast(), timeout);
    }

    void lookAtRetained() throws InterruptedException {
        new RetainedReader(arena, version(1)).look();
    }

    /** After the end of the run: waits until all threads are done. */
    void leave() throws InterruptedException {
        for (Future<@Nullable Void> future : futures) {
            await(future, Duration.ofSeconds(30));
        }
        threads.shutdownNow();
    }

    void judgeUnanswered() {
        for (Publisher publisher : publishers) {
            for (int i = 0; i < publisher.unanswered(); i++) {
                arena.faults.add(Fault.UNANSWERED, "a message of " + publisher.name());
            }
        }
    }

    private static void await(Future<@Nullable Void> future, Duration timeout) throws InterruptedException {
        try {
            future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            // Goes on; what it leaves open is judged at the end.
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        }
    }
}
