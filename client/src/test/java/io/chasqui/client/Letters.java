package io.chasqui.client;

import io.chasqui.broker.simulation.Trace;
import io.chasqui.broker.simulation.Violation;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What applications have handed over and been given, and what must be true of it, from application to application:
 *
 * <ol>
 *   <li>QoS 1 and 2 of which the client has said that it is done, or safe on disk, reaches all who were subscribed when it was
 *       handed over, also over crashes of clients and broker;
 *   <li>QoS 2 reaches a life of an application once at the most, and nobody twice who has not been killed; QoS 0 likewise;
 *   <li>of one publisher, QoS and topic, messages are first seen in the order in which they were handed over;
 *   <li>nothing is given that was not published, nor to whom it is not meant.
 * </ol>
 */
final class Letters {
    /** One message. */
    static final class Letter {
        final int number; // in the order of handing over, of all
        final int sender;
        final Qos qos;
        final String topic;
        final boolean expires;
        final Set<Integer> owed = new HashSet<>(); // applications
        boolean promised;
        boolean done; // its future
        final Map<Integer, Integer> lives = new HashMap<>(); // by receiver: the last life that it was given to
        final Map<Integer, Integer> times = new HashMap<>(); // by receiver

        Letter(int number, int sender, Qos qos, String topic, boolean expires) {
            this.number = number;
            this.sender = sender;
            this.qos = qos;
            this.topic = topic;
            this.expires = expires;
        }

        @Override
        public String toString() {
            return "letter " + number + " of a" + sender + " on " + topic + " at " + qos.level();
        }
    }

    private final Trace trace;
    private final List<Letter> letters = new ArrayList<>();
    private final Map<Integer, Qos> subscribed = new HashMap<>();
    private final Map<List<Object>, Integer> latest = new HashMap<>(); // by receiver, sender, QoS and topic
    private @Nullable Violation violation;
    private int receipts;

    Letters(Trace trace) {
        this.trace = trace;
    }

    /** Remembers what does not hold, for whoever is told may be in a callback whose faults are caught. */
    void unless(boolean holds, String invariant, String detail) {
        if (!holds && violation == null) {
            violation = new Violation(invariant, detail);
        }
    }

    /** Fails when something did not hold. */
    void check() {
        if (violation != null) {
            throw violation;
        }
    }

    int count() {
        return letters.size();
    }

    int receipts() {
        return receipts;
    }

    void granted(int receiver, Qos qos) {
        subscribed.put(receiver, qos);
    }

    boolean isSubscribed(int receiver) {
        return subscribed.containsKey(receiver);
    }

    Letter write(int sender, Qos qos, String topic, boolean expires) {
        Letter letter = new Letter(letters.size(), sender, qos, topic, expires);
        subscribed.forEach((receiver, at) -> {
            if (at != Qos.AT_MOST_ONCE) {
                letter.owed.add(receiver);
            }
        });
        letters.add(letter);
        trace.add("a" + sender, "hands over", letter);
        return letter;
    }

    /** The future of a message ends. */
    void done(Letter letter, @Nullable ReasonCode reason, @Nullable Throwable failure) {
        trace.add("done:", letter, reason == null ? "" + failure : reason);
        unless(!letter.done, "a future ends once", letter + "");
        letter.done = true;
        switch (failure) {
            case null -> {
                letter.promised = letter.qos != Qos.AT_MOST_ONCE;
                unless(
                        reason == ReasonCode.SUCCESS
                                || reason == ReasonCode.NO_MATCHING_SUBSCRIBERS && letter.owed.isEmpty(),
                        "who is subscribed is found",
                        letter + ": " + reason);
            }
            case MqttException.Expired e -> unless(letter.expires, "only what expires does", letter + "");
            case MqttException.ConnectionLost e ->
                unless(letter.qos == Qos.AT_MOST_ONCE, "QoS 1 and 2 wait for a connection", letter + "");
            case MqttException.OutboxFull e -> {}
            case MqttException.Closed e -> {}
            case MqttException.OutboxFailed e -> {}
            default -> unless(false, "nothing is refused", letter + ": " + failure);
        }
    }

    /** It is safe on the disk of its sender. */
    void safe(Letter letter) {
        trace.add("safe:", letter);
        letter.promised = true;
    }

    void received(int receiver, int life, Received received) {
        receipts++;
        String text = received.text();
        Letter letter = letters.get(Integer.parseInt(text.strip()));
        trace.add("a" + receiver, "life " + life, "is given", letter);
        unless(letter.topic.equals(received.topic()), "topics stay", letter + " came on " + received.topic());
        boolean before = letter.lives.containsKey(receiver);
        boolean inThisLife = before && letter.lives.get(receiver) == life;
        Qos qos = received.qos();
        unless(qos.level() <= letter.qos.level(), "QoS as granted", letter + " at " + qos);
        if (qos == Qos.EXACTLY_ONCE || letter.qos == Qos.AT_MOST_ONCE) {
            unless(!inThisLife, "QoS 2 once", letter + " to a" + receiver + " again");
        }
        letter.lives.put(receiver, life);
        letter.times.merge(receiver, 1, Integer::sum);
        if (!before && letter.owed.contains(receiver)) { // others may have come too late for its first sending
            List<Object> stream = List.of(receiver, letter.sender, letter.qos, letter.topic);
            int last = latest.getOrDefault(stream, -1);
            unless(last < letter.number, "in order", letter + " to a" + receiver + " after letter " + last);
            latest.put(stream, letter.number);
        }
    }

    /** All is at rest: what was promised has arrived. */
    void checkArrived() {
        for (Letter letter : letters) {
            for (int receiver : letter.owed) {
                boolean given = letter.times.containsKey(receiver);
                unless(
                        given || !letter.promised || letter.expires,
                        "what was promised arrives",
                        letter + " to a" + receiver);
            }
        }
        check();
    }
}
