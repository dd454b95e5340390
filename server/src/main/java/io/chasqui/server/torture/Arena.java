package io.chasqui.server.torture;

import io.chasqui.protocol.Connect;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What the clients of one run share: its settings and ledgers, and how far it has come. Safe on any thread. */
final class Arena {
    /** Retained topics: many, so that what was written in early rounds is there to be looked at in late ones. */
    static final int RETAINED_TOPICS = 500;

    private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(10);

    final TortureSettings settings;
    final String run;
    final Faults faults = new Faults();
    final Ledger ledger;
    final RetainedLedger retained;
    final WillLedger wills;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final CountDownLatch draining = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);

    /** @param run letters and digits that no earlier run on the same broker had */
    Arena(TortureSettings settings, String run) {
        this.settings = settings;
        this.run = run;
        this.ledger = new Ledger(run, faults);
        this.retained = new RetainedLedger(RETAINED_TOPICS, faults);
        this.wills = new WillLedger(run, faults);
    }

    /** The decisions of one client: its own, so that they do not depend on what others do meanwhile. */
    SplittableRandom random(String name) {
        return new SplittableRandom(settings.seed() * 0x9E37_79B9_7F4A_7C15L + name.hashCode());
    }

    String clientId(String name) {
        return "torture-" + run + "-" + name;
    }

    String topic(String rest) {
        return "torture/" + run + "/" + rest;
    }

    /** Opens a connection, which the end of the run closes if nobody else does. */
    Link dial(Connect connect) throws LinkLostException, InterruptedException {
        Link link = Link.open(
                settings.address(),
                connect,
                DIAL_TIMEOUT,
                breach -> faults.add(Fault.PROTOCOL, "to " + connect.clientId() + ": " + breach.getMessage()));
        links.removeIf(Link::isClosed);
        links.add(link);
        if (isOver()) {
            link.close();
        }
        return link;
    }

    /** The last round is over: publish nothing new, come online and stay. */
    void drain() {
        draining.countDown();
    }

    boolean isDraining() {
        return draining.getCount() == 0;
    }

    /** Everybody goes home. */
    void end() {
        draining.countDown();
        over.countDown();
        links.forEach(Link::close);
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    /** Waits, but not beyond the last round. */
    void pauseUntilDraining(Duration time) throws InterruptedException {
        boolean _ = draining.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits, but not beyond the end. */
    void pause(Duration time) throws InterruptedException {
        boolean _ = over.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    static Duration between(SplittableRandom random, Duration min, Duration max) {
        return Duration.ofMillis(random.nextLong(min.toMillis(), max.toMillis() + 1));
    }
}
