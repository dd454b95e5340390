package io.chasqui.broker.loop;

/**
 * Many coarse timers at little cost: setting and cancelling are a few writes, whatever their number. A timer runs at its
 * time or up to one tick later, never earlier. Confined to its loop. Idle when no timer is set.
 *
 * <p>A ring of buckets, one a tick; a timer further away than one round stays in its bucket until its round has come. A
 * bucket is a doubly linked list through the timers themselves, closed by a head.
 */
public final class TimerWheel {
    /** 0.1 s: what keep alive, expiry and delays, all given in seconds, can be late by. */
    public static final long TICK_NANOS = 100_000_000L;

    private static final int BUCKETS = 1024; // 102 s a round

    private final Loop loop;
    private final Head[] buckets = new Head[BUCKETS];
    private final long startNanos;
    private long ticksDone; // all timers due at or before this tick have run
    private int size;
    private boolean ticking;

    /** @param loop the loop that owns this wheel; must be ready to schedule */
    public TimerWheel(Loop loop) {
        this.loop = loop;
        this.startNanos = loop.nanoTime();
        for (int i = 0; i < BUCKETS; i++) {
            buckets[i] = new Head();
        }
    }

    /** Sets {@code timer} to run after {@code delayNanos}, in place of an earlier setting. */
    public void set(Timer timer, long delayNanos) {
        assert loop.inLoop();
        cancel(timer);
        if (!ticking) {
            ticksDone = ticksUntil(loop.nanoTime());
        }
        long due = loop.nanoTime() - startNanos + Math.min(Math.max(delayNanos, 0), Long.MAX_VALUE >> 2);
        timer.tick = Math.max(ticksDone + 1, (due + TICK_NANOS - 1) / TICK_NANOS);
        Head head = buckets[(int) (timer.tick % BUCKETS)];
        Timer last = head.last();
        last.next = timer;
        timer.previous = last;
        timer.next = head;
        head.previous = timer;
        size++;
        if (!ticking) {
            ticking = true;
            scheduleTick();
        }
    }

    /** Forgets {@code timer} if it is set. */
    public void cancel(Timer timer) {
        Timer next = timer.next;
        Timer previous = timer.previous;
        if (next == null || previous == null) {
            return;
        }
        previous.next = next;
        next.previous = previous;
        timer.next = null;
        timer.previous = null;
        size--;
    }

    /** The number of timers that are set. */
    public int size() {
        return size;
    }

    private long ticksUntil(long nanoTime) {
        return (nanoTime - startNanos) / TICK_NANOS;
    }

    private void scheduleTick() {
        long nextTickNanos = startNanos + (ticksDone + 1) * TICK_NANOS;
        loop.schedule(this::onTick, Math.max(0, nextTickNanos - loop.nanoTime()));
    }

    private void onTick() {
        catchUp();
        ticking = size > 0;
        if (ticking) {
            scheduleTick();
        }
    }

    /** Runs all that is due now, in the order of time; for a loop whose clock has jumped. */
    public void catchUp() {
        long now = ticksUntil(loop.nanoTime());
        while (ticksDone < now && size > 0) {
            ticksDone++;
            runDue(buckets[(int) (ticksDone % BUCKETS)]);
        }
        ticksDone = Math.max(ticksDone, now);
    }

    /** Runs what is due in one bucket. A timer may set or cancel any other: so the due ones move to a list of their own first. */
    private void runDue(Head head) {
        Head due = new Head();
        Timer timer = head.first();
        while (timer != head) {
            Timer after = timer.next;
            assert after != null;
            if (timer.tick <= ticksDone) {
                move(timer, due);
            }
            timer = after;
        }
        while ((timer = due.first()) != due) {
            cancel(timer);
            try {
                timer.onTime();
            } catch (RuntimeException | AssertionError fault) { // ours: the loop hears of it, the other timers go on
                loop.execute(() -> {
                    throw fault;
                });
            }
        }
    }

    private static void move(Timer timer, Head to) {
        Timer previous = timer.previous;
        Timer next = timer.next;
        assert previous != null && next != null;
        previous.next = next;
        next.previous = previous;
        Timer last = to.last();
        last.next = timer;
        timer.previous = last;
        timer.next = to;
        to.previous = timer;
    }

    /** The head of a circular list; never runs. */
    private static final class Head extends Timer {
        Head() {
            next = this;
            previous = this;
        }

        Timer first() {
            assert next != null;
            return next;
        }

        Timer last() {
            assert previous != null;
            return previous;
        }

        @Override
        protected void onTime() {
            throw new AssertionError("a list head is no timer");
        }
    }
}
