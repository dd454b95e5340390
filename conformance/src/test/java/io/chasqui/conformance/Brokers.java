package io.chasqui.conformance;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.QueuePolicy;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.conformance.suite.Fixture;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.auth.Gate;
import io.chasqui.server.config.ConfigException;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Our brokers, one for each setting that the suite asks for. */
final class Brokers implements AutoCloseable {
    private static final Authenticator ONE_USER = (client, password) -> {
        boolean known = "user".equals(client.userName())
                && password != null
                && new String(password, StandardCharsets.UTF_8).equals("secret");
        return CompletableFuture.completedFuture(
                known
                        ? Authenticator.Verdict.ACCEPTED
                        : Authenticator.Verdict.refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "not known here"));
    };

    private static final Authorizer DENIED = new Authorizer() {
        @Override
        public boolean mayPublish(ClientInfo client, TopicName topic, Qos qos, boolean retain) {
            return !topic.name().startsWith("denied/");
        }

        @Override
        public boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos) {
            return !filter.toString().startsWith("denied/");
        }
    };

    /** The user and the password of RFC 7677, section 3. */
    private static final String PENCIL = "user:SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
            + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private final Map<Fixture, Broker> started = new EnumMap<>(Fixture.class);
    private final Path users;
    private @Nullable Gate gate;

    /** @param users where to write a file of users */
    Brokers(Path users) throws IOException {
        this.users = users;
        for (Fixture fixture : Fixture.values()) {
            Authorizer authorizer = fixture == Fixture.DENY ? DENIED : Authorizer.OPEN;
            started.put(fixture, Broker.start(config(fixture), authenticator(fixture), authorizer));
        }
    }

    private Authenticator authenticator(Fixture fixture) throws IOException {
        return switch (fixture) {
            case PASSWORD -> ONE_USER;
            case SCRAM -> scram();
            default -> Authenticator.ANYONE;
        };
    }

    private static Gate.Opened open(List<String> assignments) throws IOException {
        try {
            Configuration configuration = ConfigReader.read(new Sources(null, Map.of(), assignments, null, null));
            return Gate.open(configuration.security(), configuration.broker().listeners());
        } catch (ConfigException e) {
            throw new IllegalStateException(e.report(), e);
        }
    }

    /** As the server has it, for the one who is in this file. */
    private Authenticator scram() throws IOException {
        Files.writeString(users, PENCIL + "\n");
        Gate.Opened opened = open(List.of("authentication.methods=scram", "password.file=" + users));
        gate = opened.gate();
        return opened.security().authenticator();
    }

    /** Where each listens. */
    Map<Fixture, InetSocketAddress> addresses() {
        Map<Fixture, InetSocketAddress> addresses = new EnumMap<>(Fixture.class);
        started.forEach(
                (fixture, broker) -> addresses.put(fixture, broker.addresses().getFirst()));
        return addresses;
    }

    private static BrokerConfig config(Fixture fixture) {
        boolean main = fixture == Fixture.DEFAULT;
        Duration connectTimeout = Duration.ofSeconds(fixture == Fixture.SHORT_CONNECT_TIMEOUT ? 1 : 60);
        ListenerConfig listener = new ListenerConfig("mqtt", "127.0.0.1", 0, 10_000, connectTimeout)
                .withProtocol(
                        fixture == Fixture.WEBSOCKET
                                ? ListenerConfig.Protocol.WEBSOCKET
                                : ListenerConfig.Protocol.MQTT);
        return new BrokerConfig(
                List.of(listener),
                limits(fixture),
                main || fixture == Fixture.WEBSOCKET ? 2 : 1,
                main ? 64 : 4,
                main ? Duration.ofSeconds(1) : Duration.ZERO,
                Duration.ofSeconds(2));
    }

    private static Limits limits(Fixture fixture) {
        Limits limits = Limits.DEFAULT;
        return new Limits(
                limits.maxConnections(),
                limits.maxSessions(),
                fixture == Fixture.SMALL_PACKETS ? 1_024 : limits.maxPacketBytes(),
                fixture == Fixture.FEW_RECEIVED ? 2 : limits.receiveMaximum(),
                fixture == Fixture.FEW_RECEIVED ? 2 : limits.topicAliasMaximum(),
                limits.outboundTopicAliasMaximum(),
                maxQos(fixture),
                limits.maxInFlight(),
                fixture == Fixture.SMALL_QUEUE ? 2 : limits.queueMessages(),
                limits.queueBytes(),
                limits.totalQueueBytes(),
                limits.queueMemoryBytes(),
                QueuePolicy.REFUSE,
                limits.outboundBufferBytes(),
                limits.connectionMemoryBytes(),
                limits.maxTopicLevels(),
                limits.maxSubscriptionsPerClient(),
                fixture == Fixture.SHORT_CLIENT_ID ? 23 : limits.maxClientIdBytes(),
                limits.retainedMessages(),
                limits.retainedBytes(),
                limits.retainedPerClient(),
                fixture == Fixture.SHORT_KEEP_ALIVE ? Duration.ofSeconds(1) : limits.maxKeepAlive(),
                limits.maxSessionExpiry(),
                fixture != Fixture.NO_RETAIN,
                fixture != Fixture.NO_WILDCARD,
                fixture != Fixture.NO_SHARED,
                fixture != Fixture.NO_SUBSCRIPTION_IDS,
                fixture == Fixture.CHECK_PAYLOAD,
                limits.disconnectRefusedV3());
    }

    private static Qos maxQos(Fixture fixture) {
        return switch (fixture) {
            case MAX_QOS_0 -> Qos.AT_MOST_ONCE;
            case MAX_QOS_1 -> Qos.AT_LEAST_ONCE;
            default -> Qos.EXACTLY_ONCE;
        };
    }

    @Override
    public void close() {
        started.values().forEach(Broker::close);
        if (gate != null) {
            gate.close();
        }
    }
}
