package io.chasqui.protocol;

import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/** Random packets that are legal in a version: every field at any of its values, more often than not at one end of them. */
final class PacketArbitraries {
    private PacketArbitraries() {}

    /** @param toServer as a client may send it; else as a server may */
    static Arbitrary<Packet> packets(MqttVersion version, boolean toServer) {
        boolean v5 = version == MqttVersion.V5;
        Arbitrary<Packet> either = Arbitraries.oneOf(
                publish(version, toServer),
                ack(v5, ReasonTable.PUBACK, PubAck::new),
                ack(v5, ReasonTable.PUBREC, PubRec::new),
                ack(v5, ReasonTable.PUBREL, PubRel::new),
                ack(v5, ReasonTable.PUBCOMP, PubComp::new));
        Arbitrary<Packet> oneWay = toServer
                ? Arbitraries.oneOf(
                        connect(version),
                        subscribe(v5),
                        unsubscribe(v5),
                        Arbitraries.just(PingReq.INSTANCE),
                        disconnect(v5, true))
                : Arbitraries.oneOf(connAck(version), subAck(v5), unsubAck(v5), Arbitraries.just(PingResp.INSTANCE));
        Arbitrary<Packet> all = Arbitraries.oneOf(either, oneWay);
        return v5 ? Arbitraries.oneOf(all, all, auth(toServer), disconnect(true, toServer)) : all;
    }

    private static Arbitrary<Packet> publish(MqttVersion version, boolean toServer) {
        boolean v5 = version == MqttVersion.V5;
        Arbitrary<PublishProperties> properties = v5 ? messageProperties() : Arbitraries.just(PublishProperties.NONE);
        Arbitrary<Long> expiry = v5 ? optionalU32() : Arbitraries.just(Publish.ABSENT);
        Arbitrary<Integer> alias = v5 ? orZero(u16()) : Arbitraries.just(0);
        Arbitrary<int[]> ids = v5 && !toServer
                ? Arbitraries.integers()
                        .between(1, VariableByteInteger.MAX)
                        .array(int[].class)
                        .ofMaxSize(5)
                : Arbitraries.just(Publish.NO_IDS);
        return Combinators.combine(
                        flag(), Arbitraries.of(Qos.class), flag(), topic(), packetId(), properties, expiry, alias)
                .flatAs((dup, qos, retain, topic, packetId, message, seconds, number) -> Combinators.combine(
                                ids, bytes(300), flag())
                        .as((subscriptionIds, payload, byAlias) -> new Publish(
                                dup && qos != Qos.AT_MOST_ONCE,
                                qos,
                                retain,
                                byAlias && number != 0 ? TopicName.EMPTY : topic,
                                qos == Qos.AT_MOST_ONCE ? 0 : packetId,
                                message,
                                seconds,
                                number,
                                subscriptionIds,
                                payload)));
    }

    private interface AckMaker {
        Packet make(int packetId, ReasonCode reason, AckProperties properties);
    }

    private static Arbitrary<Packet> ack(boolean v5, ReasonTable table, AckMaker maker) {
        return Combinators.combine(
                        packetId(), v5 ? reasons(table) : Arbitraries.just(ReasonCode.SUCCESS), ackProperties(v5))
                .as(maker::make);
    }

    private static Arbitrary<Packet> connect(MqttVersion version) {
        boolean v5 = version == MqttVersion.V5;
        Arbitrary<@Nullable Will> will = will(v5).injectNull(0.5);
        Arbitrary<@Nullable String> userName = string().injectNull(0.5);
        Arbitrary<byte @Nullable []> password = bytes(20).injectNull(0.5);
        Arbitrary<Connect> without = Combinators.combine(
                        flag(), flag(), Arbitraries.integers().between(0, 65_535), string(), will, userName, password)
                .as((bridge, clean, keepAlive, clientId, theWill, name, secret) -> new Connect(
                        version,
                        bridge && !v5,
                        clean,
                        keepAlive,
                        clientId,
                        theWill,
                        name,
                        v5 || name != null ? secret : null,
                        clean || v5 ? 0 : Connect.NEVER_EXPIRES,
                        65_535,
                        Connect.NO_LIMIT,
                        0,
                        false,
                        true,
                        null,
                        null,
                        List.of()));
        return v5 ? without.flatMap(PacketArbitraries::withProperties) : without.map(connect -> connect);
    }

    private static Arbitrary<Packet> withProperties(Connect c) {
        Arbitrary<Long> maximum =
                Arbitraries.longs().between(1, 0xFFFF_FFFFL).map(n -> n % 5 == 0 ? Connect.NO_LIMIT : n);
        return Combinators.combine(
                        optionalU32(),
                        u16(),
                        maximum,
                        orZero(u16()),
                        flag(),
                        flag(),
                        string().injectNull(0.5),
                        bytes(20).injectNull(0.5))
                .flatAs((expiry, receive, size, aliases, response, problem, method, data) -> userProperties()
                        .map(pairs -> new Connect(
                                c.version(),
                                false,
                                c.cleanStart(),
                                c.keepAliveSeconds(),
                                c.clientId(),
                                c.will(),
                                c.userName(),
                                c.password(),
                                Math.max(0, expiry),
                                receive,
                                size,
                                aliases,
                                response,
                                problem,
                                method,
                                method == null ? null : data,
                                pairs)));
    }

    private static Arbitrary<Will> will(boolean v5) {
        return Combinators.combine(
                        Arbitraries.of(Qos.class),
                        flag(),
                        topic(),
                        v5 ? messageProperties() : Arbitraries.just(PublishProperties.NONE),
                        v5 ? optionalU32() : Arbitraries.just(0L),
                        v5 ? optionalU32() : Arbitraries.just(Publish.ABSENT),
                        bytes(50))
                .as((qos, retain, topic, message, delay, expiry, payload) ->
                        new Will(qos, retain, topic, message, Math.max(0, delay), expiry, payload));
    }

    private static Arbitrary<Packet> connAck(MqttVersion version) {
        if (version != MqttVersion.V5) {
            Arbitrary<ReasonCode> codes = Arbitraries.of(
                    ReasonCode.SUCCESS,
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    ReasonCode.SERVER_UNAVAILABLE,
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                    ReasonCode.NOT_AUTHORIZED);
            return Combinators.combine(flag(), codes)
                    .as((present, reason) -> new ConnAck(
                            present && version == MqttVersion.V3_1_1 && reason == ReasonCode.SUCCESS, reason));
        }
        Arbitrary<Packet> bare = Combinators.combine(flag(), reasons(ReasonTable.CONNACK))
                .as((present, reason) -> new ConnAck(present && reason == ReasonCode.SUCCESS, reason));
        Arbitrary<@Nullable String> text = string().injectNull(0.5);
        return bare.flatMap(packet -> Combinators.combine(
                        optionalU32(),
                        u16(),
                        Arbitraries.of(Qos.class),
                        flag(),
                        text,
                        ackProperties(true),
                        flag(),
                        bytes(9).injectNull(0.5))
                .as((seconds, number, qos, yes, string, why, no, data) -> new ConnAck(
                        ((ConnAck) packet).sessionPresent(),
                        ((ConnAck) packet).reason(),
                        new ConnAck.Properties(
                                seconds,
                                number,
                                qos,
                                yes,
                                seconds < 1 ? Connect.NO_LIMIT : seconds,
                                string,
                                number - 1,
                                why.reasonString(),
                                why.userProperties(),
                                no,
                                !no,
                                no.equals(yes),
                                number % 3 == 0 ? ConnAck.Properties.ABSENT : number,
                                string,
                                why.reasonString(),
                                string,
                                data))));
    }

    private static Arbitrary<Packet> subscribe(boolean v5) {
        Arbitrary<SubscriptionOptions> options = v5
                ? Combinators.combine(Arbitraries.of(Qos.class), flag(), flag(), Arbitraries.of(RetainHandling.class))
                        .as(SubscriptionOptions::new)
                : Arbitraries.of(Qos.class).map(SubscriptionOptions::new);
        Arbitrary<List<Subscribe.Entry>> entries = Combinators.combine(string(), options)
                .as(Subscribe.Entry::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
        Arbitrary<Integer> id = orZero(Arbitraries.integers().between(1, VariableByteInteger.MAX));
        return Combinators.combine(packetId(), v5 ? id : Arbitraries.just(0), entries, userProperties(v5))
                .as(Subscribe::new);
    }

    private static Arbitrary<Packet> unsubscribe(boolean v5) {
        return Combinators.combine(packetId(), string().list().ofMinSize(1).ofMaxSize(5), userProperties(v5))
                .as(Unsubscribe::new);
    }

    private static Arbitrary<Packet> subAck(boolean v5) {
        Arbitrary<ReasonCode> codes = v5
                ? reasons(ReasonTable.SUBACK)
                : Arbitraries.of(
                        ReasonCode.GRANTED_QOS_0,
                        ReasonCode.GRANTED_QOS_1,
                        ReasonCode.GRANTED_QOS_2,
                        ReasonCode.UNSPECIFIED_ERROR);
        return Combinators.combine(packetId(), codes.list().ofMinSize(1).ofMaxSize(5), ackProperties(v5))
                .as(SubAck::new);
    }

    private static Arbitrary<Packet> unsubAck(boolean v5) {
        return v5
                ? Combinators.combine(
                                packetId(),
                                reasons(ReasonTable.UNSUBACK)
                                        .list()
                                        .ofMinSize(1)
                                        .ofMaxSize(5),
                                ackProperties(true))
                        .as(UnsubAck::new)
                : packetId().map(packetId -> new UnsubAck(packetId, List.of()));
    }

    private static Arbitrary<Packet> disconnect(boolean v5, boolean toServer) {
        if (!v5) {
            return Arbitraries.just(Disconnect.NORMAL);
        }
        ReasonTable table = toServer ? ReasonTable.DISCONNECT_OF_CLIENT : ReasonTable.DISCONNECT_OF_SERVER;
        return Combinators.combine(reasons(table), optionalU32(), string().injectNull(0.5), ackProperties(true))
                .as((reason, expiry, reference, why) -> new Disconnect(
                        reason,
                        toServer ? expiry : Disconnect.ABSENT,
                        why.reasonString(),
                        toServer ? null : reference,
                        why.userProperties()));
    }

    private static Arbitrary<Packet> auth(boolean toServer) {
        return Combinators.combine(
                        reasons(toServer ? ReasonTable.AUTH_OF_CLIENT : ReasonTable.AUTH_OF_SERVER),
                        string(),
                        bytes(20).injectNull(0.3),
                        ackProperties(true))
                .as(Auth::new);
    }

    private static Arbitrary<ReasonCode> reasons(ReasonTable table) {
        return Arbitraries.of(
                Arrays.stream(ReasonCode.values()).filter(table::has).toList());
    }

    private static Arbitrary<PublishProperties> messageProperties() {
        return Combinators.combine(
                        Arbitraries.of(PublishProperties.ABSENT, 0, 1),
                        string().injectNull(0.5),
                        topic().map(TopicName::name).injectNull(0.5),
                        bytes(20).injectNull(0.5),
                        userProperties())
                .as(PublishProperties::new);
    }

    private static Arbitrary<AckProperties> ackProperties(boolean v5) {
        return v5
                ? Combinators.combine(string().injectNull(0.5), userProperties())
                        .as(AckProperties::new)
                : Arbitraries.just(AckProperties.NONE);
    }

    private static Arbitrary<List<UserProperty>> userProperties(boolean v5) {
        return v5 ? userProperties() : Arbitraries.just(List.of());
    }

    private static Arbitrary<List<UserProperty>> userProperties() {
        return Combinators.combine(string(), string())
                .as(UserProperty::new)
                .list()
                .ofMaxSize(4);
    }

    private static Arbitrary<TopicName> topic() {
        return string().filter(name -> TopicName.fault(name) == null).map(TopicName::of);
    }

    /** Well formed, without U+0000; of one to four bytes a character. */
    private static Arbitrary<String> string() {
        return Arbitraries.strings()
                .withChars("abcxyz/ $\u0001\u00E9\uFEFF\uFFFD\u20AC")
                .ofMaxLength(20)
                .map(text -> text.length() > 15 ? text + "\uD83D\uDE00" : text)
                .map(text -> text.length() > 19 ? text.repeat(12) : text); // a length of two bytes
    }

    private static Arbitrary<byte[]> bytes(int most) {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(most);
    }

    private static Arbitrary<Boolean> flag() {
        return Arbitraries.of(true, false);
    }

    private static Arbitrary<Integer> packetId() {
        return u16();
    }

    private static Arbitrary<Integer> u16() {
        return Arbitraries.integers().between(1, 65_535);
    }

    private static Arbitrary<Long> optionalU32() {
        return Arbitraries.longs().between(-1, 0xFFFF_FFFFL);
    }

    private static Arbitrary<Integer> orZero(Arbitrary<Integer> numbers) {
        return Arbitraries.oneOf(Arbitraries.just(0), numbers);
    }
}
