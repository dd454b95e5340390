package io.chasqui.broker.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which Wills are to come, and which may: of connections that are open, have ended, or were cut off by a crash. */
final class WillPromises {
    private final Chronicle chronicle;
    private final List<Testament> wills = new ArrayList<>();

    /** A Will. */
    private static final class Testament {
        final Talk talk;
        final Client client;
        final Told message;
        final long delay;
        boolean over; // nothing more is to be found out
        boolean must;
        boolean dropped; // by DISCONNECT
        long droppedAt;
        long dueLeast = Chronicle.NEVER;
        long dueMost = Chronicle.NEVER;

        @Nullable
        Talk cancelledBy;

        Testament(Talk talk, Client client, Told message, long delay) {
            this.talk = talk;
            this.client = client;
            this.message = message;
            this.delay = delay;
        }
    }

    WillPromises(Chronicle chronicle) {
        this.chronicle = chronicle;
    }

    /** A CONNECT with a Will is being taken. */
    void add(Talk talk, Client client, Told message, long delay) {
        wills.add(new Testament(talk, client, message, delay));
    }

    /** The broker has vanished. */
    void crash() {
        for (Testament will : wills) {
            crash(will);
        }
    }

    private void crash(Testament will) {
        boolean open = will.client.open.contains(will.talk);
        Life life = will.client.life;
        if (will.over) {
            return;
        }
        if (open) {
            will.message.from = Math.min(will.message.from, chronicle.moment());
            will.must = will.talk.accepted && life != null && !life.fleeting && life.doubtFrom == Chronicle.NEVER;
            will.dueLeast =
                    chronicle.now() + Math.min(will.delay, Chronicle.seconds(life == null ? 0 : life.expiryLeast));
            will.dueMost = Chronicle.NEVER;
        } else if (will.dropped && chronicle.isDoubtful(will.droppedAt)) {
            will.message.from = Math.min(will.message.from, chronicle.moment());
        } else if (will.must) {
            will.dueMost = Chronicle.NEVER;
        }
    }

    /** A new broker takes connections. */
    void restarted() {
        for (Testament will : wills) {
            if (will.must && will.dueMost == Chronicle.NEVER) {
                Life life = will.client.life;
                will.dueMost =
                        chronicle.now() + Math.min(will.delay, Chronicle.seconds(life == null ? 0 : life.expiryMost));
            }
        }
    }

    /** Those that must have been published by now, for the first time. */
    List<Told> published() {
        List<Told> published = new ArrayList<>();
        for (Testament will : wills) {
            boolean due = will.must
                    && !will.over
                    && will.dueMost != Chronicle.NEVER
                    && will.dueMost + 10 * Scheduler.SECOND < chronicle.now();
            if (due && chronicle.isUp() && chronicle.quietSince(will.dueMost)) {
                will.over = true;
                will.message.to = chronicle.moment();
                published.add(will.message);
            }
        }
        wills.removeIf(will -> will.over);
        return published;
    }

    /** A CONNECT of this client is being taken. */
    void opening(Talk talk, Client client) {
        for (Testament will : wills) {
            if (client.open.contains(will.talk)) {
                will.message.from = Math.min(will.message.from, chronicle.moment()); // at take-over
            } else if (will.talk.clientId.equals(talk.clientId)) {
                comeBack(will, talk);
            }
        }
    }

    /** Its client is back before or after its Will was due. */
    private void comeBack(Testament will, Talk talk) {
        if (!will.must || will.over) {
            return;
        }
        if (talk.connect.cleanStart() || will.delay == 0) {
            return; // due, now at the latest
        }
        boolean late = will.dueMost != Chronicle.NEVER && chronicle.now() > will.dueMost + Chronicle.SLACK;
        if (!late) {
            will.must = false;
            will.cancelledBy = chronicle.now() < will.dueLeast - Chronicle.SLACK ? talk : null;
        }
    }

    /** A session that was there before is acknowledged: a Will that this cancelled does not come any more. */
    void resumed(Talk talk) {
        for (Testament will : wills) {
            if (will.cancelledBy == talk) {
                will.message.to = Math.min(will.message.to, chronicle.moment());
                will.over = true;
            }
        }
    }

    /** @param next by which the session is taken over, if it is */
    void closing(Talk talk, @Nullable Life life, @Nullable Talk next) {
        for (Testament will : wills) {
            if (will.talk == talk && !will.over) {
                closing(will, life, next);
            }
        }
    }

    private void closing(Testament will, @Nullable Life life, @Nullable Talk next) {
        long expiry = life == null ? 0 : life.expiryMost;
        if (will.talk.quiet()) {
            will.dropped = true;
            will.droppedAt = chronicle.now();
            return;
        }
        will.message.from = Math.min(will.message.from, chronicle.moment());
        will.must = will.talk.accepted
                && life != null
                && !life.fleeting
                && (life.doubtFrom == Chronicle.NEVER || next != null);
        will.must &= chronicle.now() >= chronicle.troubleUntil(); // or there is no room for it
        boolean kept = next != null && !next.connect.cleanStart();
        if (next != null && kept && will.delay > 0) {
            will.must = false;
            will.cancelledBy = next;
            return;
        }
        will.dueLeast = chronicle.now();
        will.dueMost = chronicle.now();
        if (next == null) {
            will.dueLeast += Math.min(will.delay, Chronicle.seconds(life == null ? 0 : life.expiryLeast));
            will.dueMost += Math.min(will.delay, Chronicle.seconds(expiry));
        }
    }

    /** Whether one is to come. */
    boolean isPending() {
        return wills.stream().anyMatch(will -> will.must);
    }
}
