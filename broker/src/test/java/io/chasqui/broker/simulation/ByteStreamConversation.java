package io.chasqui.broker.simulation;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.connection.Policy;
import io.chasqui.broker.session.Session;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * Bytes into some connections of a broker with small limits, as sockets would bring them; for a fuzzer. Each piece arrives
 * by itself and is worked off before the next. After each piece the limits hold and a {@link Bystander} is served; at the end
 * the broker itself has closed all connections, for their Keep Alive if for nothing else, sessions have expired, and nothing
 * of them is left. What the broker says and where messages end is checked by {@link StreamOracle}.
 *
 * <p>Throws what the core throws, and {@link Violation}: a client can break the protocol, but nothing else.
 */
final class ByteStreamConversation {
    /** Connections at a time. */
    static final int CONNECTIONS = 3;

    private static final int MAX_KEEP_ALIVE_SECONDS = 2;
    private static final int MAX_EXPIRY_SECONDS = 2;
    private static final int MAX_SESSIONS = 6; // the bystander's included
    private static final int MAX_SUBSCRIPTIONS = 5;
    private static final int RETAINED_MESSAGES = 3;
    private static final int MOST_STEPS = 200_000;

    private final Scheduler scheduler;
    private final List<SimulatedLoop> loops = new ArrayList<>();
    private final SessionLimits limits;
    private final int outboundBytes;
    private final StreamOracle oracle;
    private final Engine engine;
    private final StreamPeer[] peers = new StreamPeer[CONNECTIONS];
    private final Bystander bystander;
    private int current;
    private boolean hasBystander;

    /** @param manners bits that choose among settings of the broker, and the seed of all that is left open */
    ByteStreamConversation(int manners) {
        scheduler = new Scheduler(manners >> 5 & 0x07);
        loops.add(scheduler.addLoop());
        loops.add(scheduler.addLoop());
        limits = new SessionLimits(
                3,
                4,
                300,
                2_000,
                2_000,
                SessionLimits.Overflow.values()[(manners & 0x03) % SessionLimits.Overflow.values().length]);
        outboundBytes = (manners & 0x10) == 0 ? 65_536 : 200;
        Policy policy = new Policy(
                1_000,
                4,
                3,
                2,
                Qos.EXACTLY_ONCE,
                8,
                64,
                MAX_KEEP_ALIVE_SECONDS,
                MAX_EXPIRY_SECONDS,
                true,
                true,
                true,
                true,
                (manners & 0x08) != 0,
                (manners & 0x04) != 0);
        oracle = new StreamOracle(limits.inFlight());
        Engine.Setup setup = new Engine.Setup(
                8,
                policy,
                limits,
                MAX_SESSIONS,
                MAX_SUBSCRIPTIONS,
                RETAINED_MESSAGES,
                500,
                new Security(
                        (client, _) -> CompletableFuture.completedFuture(admit(client.clientId())),
                        oracle,
                        Audit.NONE,
                        new Conduct(false, false, 0, 0)),
                new MemoryStore());
        engine = new Engine(setup, loops, scheduler.random());
        engine.cores().forEach(core -> core.fates().observe(oracle));
        runUntil(() -> !scheduler.isBusy(), "the loops begin");
        bystander = new Bystander();
        bystander.begin(line(new ServerEnd("bystander", engine, loops, 0, 65_536, oracle), bystander));
        runUntil(bystander::isReady, "the bystander is let in");
        hasBystander = true;
        choose(0);
    }

    /** Nobody may take the bystander's session over. */
    private Verdict admit(String clientId) {
        return hasBystander && clientId.equals(Bystander.CLIENT_ID)
                ? Verdict.refused(ReasonCode.NOT_AUTHORIZED, null)
                : Verdict.ACCEPTED;
    }

    private Line line(ServerEnd end, Line.Client client) {
        return new Line(scheduler, 0, end, client);
    }

    /** Goes on with another connection, or with a new one in its place if it is over. */
    void choose(int connection) {
        current = connection;
        StreamPeer peer = peers[connection];
        if (peer == null || peer.isDone()) {
            ServerEnd end = new ServerEnd(
                    "connection " + connection, engine, loops, connection % loops.size(), outboundBytes, oracle);
            peer = new StreamPeer(end);
            oracle.watch(end, peer);
            peer.begin(line(end, peer));
            peers[connection] = peer;
        }
    }

    /** Sends a piece, and lets the core work it off. */
    void send(byte[] piece) {
        peers[current].line().send(piece);
        workOff();
    }

    /** The client closes. */
    void close() {
        peers[current].line().close();
        workOff();
    }

    /** The network breaks; the broker may hear of it late. */
    void cut() {
        peers[current].line().cut(false);
        workOff();
    }

    /** The client reads, or does not. */
    void stopReading(boolean stop) {
        peers[current].line().stopReading(stop);
        workOff();
    }

    /** Nothing comes for a while; less than the Keep Alive of the bystander. */
    void pass(long nanos) {
        boolean[] over = {false};
        scheduler.after(nanos, () -> over[0] = true);
        runUntil(() -> over[0], "comes to rest");
        workOff();
    }

    /** Whether the core has closed the connection. */
    boolean isClosed() {
        return peers[current].isDone();
    }

    /** What the core has sent on the connection so far. */
    byte[] received() {
        return peers[current].received();
    }

    private void workOff() {
        runUntil(() -> !scheduler.isBusy(), "comes to rest");
        for (StreamPeer peer : peers) {
            if (peer != null) {
                peer.checkClosed();
            }
        }
        checkTakeOver();
        checkLimits();
        bystander.publish();
        runUntil(bystander::isServed, "the bystander is served");
    }

    private void checkTakeOver() {
        Set<String> open = new HashSet<>();
        for (StreamPeer peer : peers) {
            String clientId = peer == null || peer.isDone() ? "" : peer.clientId();
            Violation.unless(clientId.isEmpty() || open.add(clientId), "take-over ends the old connection", clientId);
        }
    }

    private void checkLimits() {
        int sessions = 0;
        for (Core core : engine.cores()) {
            sessions += core.counters().sessions;
            within(core.counters().queuedBytes, limits.loopQueueBytes(), "bytes in queues");
            within(core.counters().faults, 0, "faults");
            for (Session session : core.sessions().all()) {
                within(session.subscriptionCount(), MAX_SUBSCRIPTIONS, "subscriptions");
                within(session.inFlightMessages(), limits.inFlight(), "messages in flight");
                boolean mayGrow = limits.overflow() == SessionLimits.Overflow.REFUSE; // by what shares hand on
                within(session.queuedMessages(), mayGrow ? MOST_STEPS : limits.queueMessages(), "messages in a queue");
            }
        }
        within(sessions, MAX_SESSIONS, "sessions");
        within(engine.topics().retained().count(), RETAINED_MESSAGES, "retained messages");
    }

    private static void within(long is, long most, String what) {
        Violation.unless(is >= 0 && is <= most, "limits hold", () -> is + " " + what);
    }

    /** Sends nothing any more, lets time pass and looks for what is left. */
    void finish() {
        for (int i = 0; i < 2 * (MAX_KEEP_ALIVE_SECONDS + MAX_EXPIRY_SECONDS); i++) {
            pass(Scheduler.SECOND);
        }
        for (StreamPeer peer : peers) {
            if (peer != null) {
                peer.checkOver();
                peer.line().close();
            }
        }
        workOff();
        bystander.line().close();
        runUntil(() -> false, "comes to rest");
        oracle.checkFinished();
        for (Core core : engine.cores()) {
            long[] left = {
                core.counters().connections,
                core.counters().sessions,
                core.counters().subscriptions,
                core.counters().sharedSubscriptions,
                core.counters().queuedMessages,
                core.counters().queuedBytes,
                core.counters().inFlight,
                core.loop().timers().size()
            };
            Violation.unless(
                    Arrays.stream(left).allMatch(count -> count == 0), "nothing is left", Arrays.toString(left));
        }
        Violation.unless(engine.topics().subscriptions().isEmpty(), "nothing is left", "the subscription tree");
    }

    /** Goes on until {@code done}, or until nothing is left to be done. */
    private void runUntil(BooleanSupplier done, String expectation) {
        long last = scheduler.steps() + MOST_STEPS;
        while (!done.getAsBoolean() && scheduler.step()) {
            Violation.unless(scheduler.steps() < last, expectation, () -> "not after " + MOST_STEPS + " steps");
        }
    }
}
