package io.chasqui.server.probe;

import io.chasqui.client.transport.Network;
import io.chasqui.client.transport.Sockets;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a broker can, found by asking it: which versions it lets in, what its CONNACK promises, and what happens when that is
 * tried. Each question has a connection of its own, for a broker may answer one by closing it. Leaves nothing behind: no session,
 * no retained message.
 */
public final class BrokerInfo {
    private static final String PROMISED = "CONNACK";
    private static final String TRIED = "tried";
    private static final String READ = "$SYS";
    private static final List<String> SYS = List.of(
            "$SYS/broker/version",
            "$SYS/broker/uptime",
            "$SYS/broker/clients/connected",
            "$SYS/broker/subscriptions/count",
            "$SYS/broker/retained messages/count");

    private final Target target;
    private final Duration patience;
    private final String name = Integer.toHexString(ThreadLocalRandom.current().nextInt());
    private final List<Finding> findings = new ArrayList<>();

    /**
     * One thing that was found.
     *
     * @param name with underscores, for scripts
     * @param value text, a whole number or a truth
     * @param from how it is known: {@code CONNACK}, {@code tried}, or {@code $SYS}
     */
    public record Finding(String name, Object value, String from) {}

    private BrokerInfo(Target target, Duration patience) {
        this.target = target;
        this.patience = patience;
    }

    /**
     * Asks; takes a second or two.
     *
     * @param patience for each answer
     * @throws TalkException when no version is let in: why, as far as the asked version is concerned
     */
    public static List<Finding> ask(Target target, Duration patience) throws TalkException, InterruptedException {
        BrokerInfo info = new BrokerInfo(target, patience);
        Network network = Sockets.acquire(); // or its threads would end and begin with each connection
        try {
            Target best = info.versions();
            info.emptyClientId(best);
            info.subscriptions(best);
            info.qos2(best);
            info.retained(best);
            info.readSys(best);
            return List.copyOf(info.findings);
        } finally {
            network.release();
        }
    }

    private void found(String what, Object value, String from) {
        findings.add(new Finding(what, value, from));
    }

    private Talk open(Target with) throws TalkException, InterruptedException {
        return Talk.open(with, with.connect("chasqui-" + name), patience);
    }

    private Target versions() throws TalkException, InterruptedException {
        Target best = null;
        TalkException asked = null;
        ConnAck granted = null;
        for (MqttVersion version : List.of(MqttVersion.V5, MqttVersion.V3_1_1, MqttVersion.V3_1)) {
            Target with = target.with(version);
            String what = "mqtt_" + label(version);
            boolean v5 = version == MqttVersion.V5;
            // the longest of both is asked for, so that the answer is the broker's limit
            Connect connect = v5
                    ? new Target(target.endpoint(), version, target.userName(), target.password(), 65_535)
                            .connect("chasqui-" + name, true, Connect.NEVER_EXPIRES)
                    : with.connect("chasqui-" + name);
            try (Talk talk = Talk.open(with, connect, patience)) {
                granted = v5 ? talk.connAck() : granted;
                best = best == null ? with : best;
                found(what, true, TRIED);
            } catch (TalkException e) {
                asked = asked == null || version == target.version() ? e : asked;
                found(what, "no: " + e.getMessage(), TRIED);
            }
        }
        if (best == null) {
            throw asked == null ? new TalkException("no version was tried", null) : asked;
        }
        if (granted != null) {
            promised(granted.properties());
        }
        return best;
    }

    private static String label(MqttVersion version) {
        return switch (version) {
            case V3_1 -> "3_1";
            case V3_1_1 -> "3_1_1";
            case V5 -> "5_0";
        };
    }

    private void promised(ConnAck.Properties says) {
        int absent = ConnAck.Properties.ABSENT;
        found("receive_maximum", says.receiveMaximum(), PROMISED);
        found("maximum_qos", says.maximumQos().level(), PROMISED);
        found("retain_available", says.retainAvailable(), PROMISED);
        found(
                "maximum_packet_size",
                says.maximumPacketSize() == Connect.NO_LIMIT ? "no limit said" : (Object) says.maximumPacketSize(),
                PROMISED);
        found("topic_alias_maximum", says.topicAliasMaximum(), PROMISED);
        found("wildcard_subscription_available", says.wildcardSubscriptionAvailable(), PROMISED);
        found("subscription_identifiers_available", says.subscriptionIdentifiersAvailable(), PROMISED);
        found("shared_subscription_available", says.sharedSubscriptionAvailable(), PROMISED);
        found(
                "server_keep_alive",
                says.serverKeepAliveSeconds() == absent
                        ? "as the client asks, up to 65535"
                        : (Object) says.serverKeepAliveSeconds(),
                PROMISED);
        found(
                "session_expiry_interval",
                says.sessionExpirySeconds() == absent ? "as the client asks" : (Object) says.sessionExpirySeconds(),
                PROMISED);
    }

    private void emptyClientId(Target with) throws InterruptedException {
        if (with.version() == MqttVersion.V3_1) {
            return; // which needs one
        }
        try (Talk talk = Talk.open(with, with.connect(""), patience)) {
            String assigned = talk.connAck().properties().assignedClientId();
            found("empty_client_id", assigned == null ? "accepted" : "accepted, assigned " + assigned, TRIED);
        } catch (TalkException e) {
            found("empty_client_id", "no: " + e.getMessage(), TRIED);
        }
    }

    private void subscriptions(Target with) throws InterruptedException {
        String topic = "chasqui-info/" + name;
        found("subscription_qos_2", subscribe(with, topic, 0), TRIED);
        found("wildcard_subscription", subscribe(with, topic + "/+/#", 0), TRIED);
        found("shared_subscription", subscribe(with, "$share/info/" + topic, 0), TRIED);
        if (with.version() == MqttVersion.V5) {
            found("subscription_identifier", subscribe(with, topic, 1), TRIED);
        }
    }

    private String subscribe(Target with, String filter, int subscriptionId) throws InterruptedException {
        try (Talk talk = open(with)) {
            ReasonCode granted = granted(talk, filter, subscriptionId);
            return granted.isError() ? "no: " + Talk.said(granted, null) : "granted at QoS " + granted.code();
        } catch (TalkException e) {
            return "no: " + e.getMessage();
        }
    }

    private static ReasonCode granted(Talk talk, String filter, int subscriptionId)
            throws TalkException, InterruptedException {
        talk.send(new Subscribe(
                1,
                subscriptionId,
                List.of(new Subscribe.Entry(filter, new SubscriptionOptions(Qos.EXACTLY_ONCE))),
                List.of()));
        return talk.await(SubAck.class).packet().reasons().getFirst();
    }

    private void qos2(Target with) throws InterruptedException {
        try (Talk talk = open(with)) {
            int most = talk.connAck().properties().maximumQos().level();
            if (most < 2) {
                found("publish_qos_2", "not tried, for the Maximum QoS is " + most, TRIED);
                return;
            }
            talk.send(publish(Qos.EXACTLY_ONCE, false, "chasqui-info/" + name + "/qos2", "probe"));
            found("publish_qos_2", answered(talk), TRIED);
        } catch (TalkException e) {
            found("publish_qos_2", "no: " + e.getMessage(), TRIED);
        }
    }

    private static Publish publish(Qos qos, boolean retain, String topic, String payload) {
        return new Publish(
                false,
                qos,
                retain,
                TopicName.of(topic),
                qos == Qos.AT_MOST_ONCE ? 0 : 1,
                payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Waits for the last answer to our message of QoS 1 or 2. */
    private String answered(Talk talk) throws TalkException, InterruptedException {
        Packet answer = talk.await(
                        Packet.class,
                        packet -> packet instanceof PubComp
                                || packet instanceof PubAck
                                || packet instanceof PubRec rec && rec.reason().isError(),
                        patience)
                .packet();
        ReasonCode reason = switch (answer) {
            case PubAck ack -> ack.reason();
            case PubRec ack -> ack.reason();
            default -> ReasonCode.SUCCESS;
        };
        return reason.isError() ? "no: " + Talk.said(reason, null) : "accepted";
    }

    private void retained(Target with) throws InterruptedException {
        String topic = "chasqui-info/" + name + "/retained";
        try (Talk talk = open(with)) {
            Qos qos =
                    talk.connAck().properties().maximumQos() == Qos.AT_MOST_ONCE ? Qos.AT_MOST_ONCE : Qos.AT_LEAST_ONCE;
            talk.send(publish(qos, true, topic, "probe"));
            String taken = qos == Qos.AT_MOST_ONCE ? "accepted" : answered(talk);
            if (taken.equals("accepted")) {
                found(
                        "retained_message",
                        isKept(with, topic) ? "kept, and sent to who comes later" : "not kept",
                        TRIED);
                talk.send(publish(qos, true, topic, ""));
                if (qos != Qos.AT_MOST_ONCE) {
                    String removed = answered(talk);
                    if (!removed.equals("accepted")) {
                        found("retained_message_removal", removed, TRIED);
                    }
                }
            } else {
                found("retained_message", taken, TRIED);
            }
        } catch (TalkException e) {
            found("retained_message", "no: " + e.getMessage(), TRIED);
        }
    }

    private boolean isKept(Target with, String topic) throws TalkException, InterruptedException {
        try (Talk reader = Talk.open(with, with.connect("chasqui-r" + name), patience)) {
            return !granted(reader, topic, 0).isError() && next(reader, Duration.ofSeconds(1)) != null;
        }
    }

    private static @Nullable Publish next(Talk reader, Duration limit) throws InterruptedException {
        try {
            return reader.await(Publish.class, Publish::retain, limit).packet();
        } catch (TalkException none) {
            return null;
        }
    }

    /** Retained messages follow their SUBACK, and those of a broker that sends them late are there when its PINGRESP is. */
    private void readSys(Target with) throws InterruptedException {
        Map<String, String> read = new TreeMap<>();
        try (Talk talk = open(with)) {
            List<Subscribe.Entry> entries = SYS.stream()
                    .map(topic -> new Subscribe.Entry(topic, new SubscriptionOptions(Qos.AT_MOST_ONCE)))
                    .toList();
            talk.send(new Subscribe(1, entries));
            talk.send(PingReq.INSTANCE);
            for (Packet packet = null; !(packet instanceof PingResp); ) {
                packet = talk.await(Packet.class).packet();
                if (packet instanceof Publish publish) {
                    read.put(publish.topic().name(), new String(publish.payload(), StandardCharsets.UTF_8));
                }
            }
        } catch (TalkException e) {
            found("sys_topics", "no: " + e.getMessage(), READ);
            return;
        }
        if (read.isEmpty()) {
            found("sys_topics", "nothing to be read", READ);
        }
        read.forEach((topic, text) -> found(
                topic.substring("$SYS/broker/".length()).replaceAll("[/ ]", "_"),
                text.length() > 200 ? text.substring(0, 200) : text,
                READ));
    }
}
