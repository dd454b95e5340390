package io.chasqui.broker.connection;

import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.routing.Fates;
import io.chasqui.broker.routing.Router;
import io.chasqui.broker.session.Sessions;
import io.chasqui.broker.storage.Store;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.ReasonCode;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What belongs to one loop: its router, sessions, connections and counters. Confined to the loop. */
public final class Core {
    private static final Peer INSIDE = Peer.at(InetSocketAddress.createUnresolved("inside", 0));

    private final Router router;
    private final Homes homes;
    private final Policy policy;
    private final Counters counters = new Counters();
    private final Sessions sessions;
    private final Security security;
    private final Map<String, ListenerLimits> listeners;
    private final Map<String, Pace> paces; // of listeners, shared by all loops
    private final Publisher publisher = new Publisher(this);
    private final Fights fights = new Fights();
    private final @Nullable Interception interception; // null where nobody looks
    private @Nullable ClientInfo loser; // of the session that is being taken over in this turn
    private final ArrayList<Connection> connections = new ArrayList<>(); // each knows its place
    private boolean stopping;

    Core(
            Engine.Setup setup,
            Router router,
            Homes homes,
            AtomicInteger sessionsOfAllLoops,
            AtomicLong lastSession,
            Map<String, Pace> paces) {
        this.router = router;
        this.homes = homes;
        this.policy = setup.policy();
        this.security = setup.security();
        this.listeners = setup.listeners();
        this.paces = paces;
        Interceptor interceptor = setup.interceptor();
        this.interception = interceptor == null
                ? null
                : new Interception(interceptor, policy, router.fates(), router.loop(), counters);
        this.sessions = new Sessions(
                router,
                counters,
                setup.sessionLimits(),
                homes::shard,
                sessionsOfAllLoops,
                lastSession,
                setup.maxSessions(),
                setup.maxSubscriptions());
    }

    /** Puts back the sessions that are at home here. */
    void restore(Store store, int shards) {
        for (int shard = loop().index(); shard < shards; shard += homes.loops()) {
            store.load(shard, stored -> sessions.restore(stored, will(stored)));
        }
    }

    /** All loops have put back their sessions. */
    void begin() {
        sessions.begin();
    }

    private @Nullable LastWill will(StoredSession stored) {
        if (stored.will() == null) {
            return null;
        }
        Peer unknown = Peer.at(InetSocketAddress.createUnresolved("before-restart", 0));
        ClientInfo client = new ClientInfo(
                stored.clientId(),
                stored.userName(),
                unknown,
                "",
                MqttVersion.V5,
                Identity.restored(stored.userName()));
        return new LastWill(this, client, stored.will());
    }

    /**
     * Begins a conversation. {@code connect} must be at home here (see {@link Homes}), or have no Client Identifier. The
     * answer goes out on {@code wire}, at once or when authentication is done.
     *
     * @param peer what the listener knows of the other end
     * @param listener the name of the listener it came through
     */
    public Connection open(Connect connect, Wire wire, Peer peer, String listener) {
        return open(connect, wire, peer, listener, security, interception);
    }

    /** Begins a conversation with the embedding program itself, of which nobody is asked and told. */
    Connection openInside(Connect connect, Wire wire) {
        return open(connect, wire, INSIDE, "", Security.OPEN, null);
    }

    private Connection open(
            Connect connect, Wire wire, Peer peer, String listener, Security asked, @Nullable Interception told) {
        assert loop().inLoop();
        Connection connection = new Connection(this, wire, connect, listener, asked, told);
        connection.place = connections.size();
        connections.add(connection);
        counters.connections++;
        connection.greet(connect, peer);
        return connection;
    }

    /** {@code connection} has ended, once. */
    void closed(Connection connection) {
        Connection last = connections.removeLast();
        if (last != connection) {
            last.place = connection.place;
            connections.set(last.place, last);
        }
        counters.connections--;
    }

    /** Ends all connections, because the broker stops; Wills are not published (U5-32). */
    public void stop() {
        stopping = true;
        publisher.stop();
        for (Connection connection : List.copyOf(connections)) {
            connection.end(ReasonCode.SERVER_SHUTTING_DOWN, "the server is shutting down");
        }
        router.journal().close();
    }

    /**
     * Ends the connections of clients that are not to be here any more; their Wills are published. Who is just being let in, on
     * grounds that may be of before, is asked again, or refused if that cannot be.
     *
     * @param reason for DISCONNECT
     * @return connections that were ended
     */
    public int end(Predicate<ClientInfo> whom, ReasonCode reason, String detail) {
        int ended = 0;
        for (Connection connection : List.copyOf(connections)) {
            if (!connection.isOpen()) {
                connection.doubt(whom);
            } else if (whom.test(connection.client())) {
                connection.end(reason, detail);
                ended++;
            }
        }
        return ended;
    }

    boolean isStopping() {
        return stopping;
    }

    public Loop loop() {
        return router.loop();
    }

    public Router router() {
        return router;
    }

    public Fates fates() {
        return router.fates();
    }

    /** For messages of the embedding program. Any thread. */
    public Publisher publisher() {
        return publisher;
    }

    public Counters counters() {
        return counters;
    }

    public Sessions sessions() {
        return sessions;
    }

    public Policy policy() {
        return policy;
    }

    Homes homes() {
        return homes;
    }

    Security security() {
        return security;
    }

    @Nullable
    Interception interception() {
        return interception;
    }

    ListenerLimits limits(String listener) {
        return listeners.getOrDefault(listener, ListenerLimits.NONE);
    }

    /** What all clients of a listener share, or null. */
    @Nullable
    Pace pace(String listener) {
        return paces.get(listener);
    }

    Fights fights() {
        return fights;
    }

    /** A session was taken from {@code client}. */
    void loser(ClientInfo client) {
        loser = client;
    }

    /** From whom a session was taken just now, or null. */
    @Nullable
    ClientInfo takeLoser() {
        ClientInfo last = loser;
        loser = null;
        return last;
    }
}
