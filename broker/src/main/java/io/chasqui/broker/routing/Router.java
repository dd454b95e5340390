package io.chasqui.broker.routing;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Journal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings messages from a publisher to all who want them. One for each loop, confined to it.
 *
 * <p>A message goes to subscribers at home here with a plain call, to those on other loops through one {@link Lane} each,
 * and to one member of each matching share. Order holds: what one publisher sends runs through this loop, and each way from
 * here to another loop is first in, first out.
 */
public final class Router {
    private final Loop loop;
    private final Topics topics;
    private final Journal journal;
    private final Fates fates;
    private final MatchCache matches;
    private final Runnable departures = this::depart;
    private Lane[] lanes = {}; // to each loop; the one to ourselves is never used
    private boolean departing; // departures will run at the end of this turn
    private boolean full; // a lane is full: publishers on this loop stop being read
    private int congested; // loops whose connections hold nearly all that they may
    private final List<Runnable> waiting = new ArrayList<>(); // publishers that stopped being read

    public Router(Loop loop, Topics topics, Journal journal, int loops) {
        this.loop = loop;
        this.topics = topics;
        this.journal = journal;
        journal.onRelief(this::onRelief);
        this.fates = new Fates(loop);
        this.matches = new MatchCache(new Match.Finder(topics.subscriptions(), loops), topics.subscriptions(), loop);
    }

    /** Makes the routers of all loops known to each other. Once, before the first message. */
    public static void connect(List<Router> routers) {
        for (Router router : routers) {
            router.lanes = routers.stream().map(to -> new Lane(router, to)).toArray(Lane[]::new);
        }
    }

    public Journal journal() {
        return journal;
    }

    public Loop loop() {
        return loop;
    }

    public Fates fates() {
        return fates;
    }

    public Topics topics() {
        return topics;
    }

    /**
     * Takes a message that is to be retained, or whose empty payload deletes one (section 3.3.1.3), before it is routed.
     *
     * @return false when there is no room for another retained message; then it must not be routed
     */
    public boolean retain(Message message) {
        return topics.retained().update(message, journal);
    }

    /**
     * Routes {@code message} to all who want it.
     *
     * @param receipt hears when everyone has it, and has it safe unless the receipt is joint; null when nobody waits for that
     */
    public void route(Message message, @Nullable Receipt receipt) {
        assert loop.inLoop();
        long before = message.retain() ? -1 : journal.position(); // a retained one was told before
        Match match = matches.of(message.topic());
        if (match.weight <= 1) {
            message.forOne();
        }
        if (match.isEmpty) {
            if (!message.publisher().isEmpty()) { // else a figure of the broker's own, which it offers to whoever asks
                fates.record(Fate.NO_SUBSCRIBER, message, null);
            }
            if (receipt != null) {
                reportHere(receipt, false, before);
            }
            return;
        }
        if (receipt != null) {
            receipt.matched(true);
        }
        boolean taken = true;
        for (int i = 0; i < match.byLoop.length; i++) {
            if (match.byLoop[i].length > 0) {
                taken &= send(i, message, match.byLoop[i], receipt);
            }
        }
        for (Match.Share share : match.shares) {
            Route[] member = share.next(null);
            assert member != null;
            taken &= send(member[0].subscriber().home(), message, member, receipt);
        }
        if (receipt != null) {
            reportHere(receipt, !taken, before);
        }
    }

    private boolean send(int home, Message message, Route[] routes, @Nullable Receipt receipt) {
        if (home == loop.index()) {
            return deliverAll(message, routes, receipt == null ? null : receipt.pledges());
        }
        if (receipt != null) {
            receipt.expect(1);
        }
        Lane lane = lanes[home];
        lane.add(message, routes, receipt);
        full |= lane.isFull();
        if (!departing) {
            departing = true;
            loop.atEndOfTurn(departures);
        }
        return true;
    }

    private void depart() {
        departing = false;
        for (Lane lane : lanes) {
            lane.depart();
        }
    }

    /** @param before the journal's position before the message, or -1 */
    private void reportHere(Receipt receipt, boolean refused, long before) {
        if (receipt.isJoint() || journal.position() == before) { // without a task for the common case
            receipt.report(refused);
        } else {
            journal.whenDecided(safe -> receipt.report(refused || !safe));
        }
    }

    /** Delivers to subscribers at home on this loop. */
    boolean deliverAll(Message message, Route[] routes, @Nullable List<Pledge> joint) {
        boolean taken = true;
        for (Route route : routes) {
            Route effective = route.forMessage(message);
            if (effective == null) {
                fates.record(Fate.NO_LOCAL, message, route.subscriber().clientId());
            } else {
                taken &= effective.subscriber().deliver(message, effective, joint);
            }
        }
        return taken;
    }

    /**
     * Gives a message that a member of a share cannot finish to another member.
     *
     * @param from the route of the member that had it
     * @param onlyConnected leave it where it is unless another member is connected
     * @param owned runs on this loop when the other one has it safe; not called when none was found
     * @return false when no other member was found; the message is still the caller's
     */
    public boolean handOn(Message message, Route from, boolean onlyConnected, Runnable owned) {
        Match match = matches.of(message.topic());
        for (Match.Share share : match.shares) {
            if (share.isOf(from)) {
                Route[] member = share.next(from.subscriber());
                if (member == null || onlyConnected && !member[0].subscriber().isConnected()) {
                    return false;
                }
                long before = journal.position();
                Receipt receipt = new Owned(owned);
                boolean taken =
                        send(member[0].subscriber().home(), message, new Route[] {member[0].forHandOn()}, receipt);
                reportHere(receipt, !taken, before);
                return true;
            }
        }
        return false;
    }

    /** A receipt of one who only wants to know when. */
    private static final class Owned extends Receipt {
        private final Runnable task;

        Owned(Runnable task) {
            this.task = task;
        }

        @Override
        protected void onComplete() {
            task.run();
        }
    }

    /** Routes a message whose owner gives it up when all who are owed it have it safe: then {@code owned} runs on this loop. */
    public void routeOwned(Message message, Runnable owned) {
        route(message, new Owned(owned));
    }

    /** Whether another loop or the store is so far behind that what feeds this one should stop being read. Then call {@link #onRoom}. */
    public boolean isFull() {
        return full || journal.isFull();
    }

    /** Whether the connections of some loop hold nearly all that they may, so that publishers should be slowed. */
    public boolean isCongested() {
        return congested > 0;
    }

    /** The connections of this loop hold nearly all that they may, or no more so: publishers of all loops are slowed meanwhile. */
    public void congested(boolean now) {
        for (Lane lane : lanes) {
            Router target = lane.target();
            target.loop.execute(() -> target.congested += now ? 1 : -1);
        }
    }

    /** Runs {@code task} once, when there is room again. */
    public void onRoom(Runnable task) {
        waiting.add(task);
        if (waiting.size() == 1) {
            onRelief();
        }
    }

    /** A target that we wait for has worked off a batch. */
    void onRelief() {
        depart();
        boolean stillFull = journal.isFull();
        for (Lane lane : lanes) {
            stillFull |= lane.await();
        }
        full = stillFull;
        if (!full && !waiting.isEmpty()) {
            List<Runnable> resumed = List.copyOf(waiting);
            waiting.clear();
            resumed.forEach(Runnable::run);
        }
    }
}
