package io.chasqui.broker.connection;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.auth.Security;
import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.session.SessionLimits.Overflow;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.Store;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A broker without sockets on loops that the test drives by hand. Settings are changed before the first client comes. */
final class House {
    int receiveMaximum = 10;
    int topicAliasMaximum = 3;
    int outboundTopicAliasMaximum = 3;
    Qos maxQos = Qos.EXACTLY_ONCE;
    int maxTopicLevels = 5;
    int maxClientIdBytes = 30;
    int maxKeepAliveSeconds;
    long maxSessionExpirySeconds = Connect.NEVER_EXPIRES;
    boolean retainAvailable = true;
    boolean wildcardSubscriptions = true;
    boolean sharedSubscriptions = true;
    boolean subscriptionIdentifiers = true;
    boolean checkPayloadFormat;
    boolean disconnectRefusedV3 = true;
    int queueMessages = 1_000;
    int maxSessions = 1_000;
    int maxSubscriptions = 5;
    int retainedMessages = 5;
    int retainedPerClient = 5;
    ListenerLimits listener = ListenerLimits.NONE; // of the one that all clients come through
    Authenticator authenticator = Authenticator.ANYONE;
    final List<Audit.Event> events = new ArrayList<>();
    Conduct conduct = Conduct.USUAL;
    Store store = new MemoryStore();

    @Nullable
    Interceptor interceptor;

    final Set<String> unreadable = new HashSet<>(); // Topic Names
    final Set<String> forbidden = new HashSet<>(); // Topic Names and Topic Filters

    final List<ManualLoop> loops;
    final List<String> fates = new ArrayList<>(); // "NOT_AUTHORIZED topic" or "EXPIRED topic of client"
    private final List<Core> cores = new ArrayList<>();

    House(int loops) {
        this.loops = IntStream.range(0, loops).mapToObj(ManualLoop::new).toList();
    }

    private final Authorizer authorizer = new Authorizer() {
        @Override
        public boolean mayPublish(ClientInfo client, TopicName topic, Qos qos, boolean retain) {
            if (topic.name().equals("broken")) {
                throw new IllegalStateException("the authorizer is broken");
            }
            return !forbidden.contains(topic.name());
        }

        @Override
        public boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos) {
            return !forbidden.contains(filter.text());
        }

        @Override
        public boolean mayReceive(ClientInfo client, TopicName topic) {
            return !unreadable.contains(topic.name());
        }
    };

    List<Core> cores() {
        if (cores.isEmpty()) {
            Policy policy = new Policy(
                    1 << 20,
                    receiveMaximum,
                    topicAliasMaximum,
                    outboundTopicAliasMaximum,
                    maxQos,
                    maxTopicLevels,
                    maxClientIdBytes,
                    maxKeepAliveSeconds,
                    maxSessionExpirySeconds,
                    retainAvailable,
                    wildcardSubscriptions,
                    sharedSubscriptions,
                    subscriptionIdentifiers,
                    checkPayloadFormat,
                    disconnectRefusedV3);
            SessionLimits limits = new SessionLimits(100, queueMessages, 1 << 20, 1 << 20, 1 << 20, Overflow.REFUSE);
            Engine engine = new Engine(
                    new Engine.Setup(
                            64,
                            policy,
                            limits,
                            maxSessions,
                            maxSubscriptions,
                            retainedMessages,
                            1 << 20,
                            retainedPerClient,
                            Map.of("mqtt", listener),
                            new Security(authenticator, authorizer, events::add, conduct),
                            store,
                            interceptor),
                    loops);
            while (!engine.restored().isDone()) {
                loops.forEach(ManualLoop::runAll);
            }
            cores.addAll(engine.cores());
            for (Core core : interceptor == null ? cores : List.<Core>of()) { // which hears of fates itself
                core.fates().observe((fate, message, receiver) -> {
                    if (fate != Fate.DELIVERED) {
                        fates.add(fate + " " + message.topic() + (receiver == null ? "" : " of " + receiver));
                    }
                });
            }
        }
        return cores;
    }

    Core home(String clientId) {
        return clientId.isEmpty()
                ? cores().getFirst()
                : cores().get(cores().getFirst().homes().loop(clientId));
    }

    /** A Client Identifier at home on {@code loop}. */
    String nameOn(int loop) {
        for (int i = 0; ; i++) {
            if (cores().getFirst().homes().loop("c" + i) == loop) {
                return "c" + i;
            }
        }
    }

    /** A client that has connected with MQTT 5 and a session that never expires. */
    Peer client(String clientId) {
        Peer peer =
                new Peer(this, Hello.v5(clientId).expiry(Connect.NEVER_EXPIRES).connect());
        peer.take();
        return peer;
    }

    Peer open(Connect connect) {
        return new Peer(this, connect);
    }

    /** Gives every loop turns until all is quiet. */
    void settle() {
        while (loops.stream().anyMatch(ManualLoop::hasTasks)) {
            loops.forEach(ManualLoop::turn);
        }
    }

    void advance(Duration duration) {
        settle();
        loops.forEach(loop -> loop.advance(duration));
        settle();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
