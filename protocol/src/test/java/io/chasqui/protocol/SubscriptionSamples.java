package io.chasqui.protocol;

import static io.chasqui.protocol.MqttVersion.V3_1;
import static io.chasqui.protocol.MqttVersion.V3_1_1;
import static io.chasqui.protocol.MqttVersion.V5;

import io.chasqui.protocol.PacketDecoder.Role;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import java.util.List;

/** SUBSCRIBE, UNSUBSCRIBE and their acknowledgements. */
final class SubscriptionSamples extends Samples {
    SubscriptionSamples() {
        subscribe();
        unsubscribe();
    }

    private void subscribe() {
        Subscribe one = new Subscribe(1, List.of(entry("a/+", Qos.EXACTLY_ONCE)));
        server(V3_1, "SUBSCRIBE", "82 0001 'a/+' 02", one);
        server(V3_1_1, "SUBSCRIBE", "82 0001 'a/+' 02", one);
        server(V5, "SUBSCRIBE", "82 0001 [] 'a/+' 02", one);
        read(V3_1, Role.SERVER, "SUBSCRIBE, repeated", "8a 0001 'a/+' 02", one);
        server(
                V3_1_1,
                "SUBSCRIBE, three filters, one empty",
                "82 0001 '#' 00 0000 01 'a/' 02",
                new Subscribe(
                        1,
                        List.of(
                                entry("#", Qos.AT_MOST_ONCE),
                                entry("", Qos.AT_LEAST_ONCE),
                                entry("a/", Qos.EXACTLY_ONCE))));
        server(
                V5,
                "SUBSCRIBE, all options",
                "82 ffff [0b ffffff7f" + AB_BYTES + AB_BYTES + "] 'a' 04 'b' 19 'c' 22",
                new Subscribe(
                        65_535,
                        268_435_455,
                        List.of(
                                new Subscribe.Entry(
                                        "a",
                                        new SubscriptionOptions(Qos.AT_MOST_ONCE, true, false, RetainHandling.SEND)),
                                new Subscribe.Entry(
                                        "b",
                                        new SubscriptionOptions(
                                                Qos.AT_LEAST_ONCE, false, true, RetainHandling.SEND_IF_NEW)),
                                new Subscribe.Entry(
                                        "c",
                                        new SubscriptionOptions(
                                                Qos.EXACTLY_ONCE, false, false, RetainHandling.DO_NOT_SEND))),
                        List.of(AB, AB)));
        client(V3_1, "SUBACK", "90 0001 01", new SubAck(1, List.of(ReasonCode.GRANTED_QOS_1)));
        client(
                V3_1_1,
                "SUBACK",
                "90 0001 00 01 02 80",
                new SubAck(
                        1,
                        List.of(
                                ReasonCode.GRANTED_QOS_0,
                                ReasonCode.GRANTED_QOS_1,
                                ReasonCode.GRANTED_QOS_2,
                                ReasonCode.UNSPECIFIED_ERROR)));
        client(
                V5,
                "SUBACK",
                "90 0001 [] 00 8f",
                new SubAck(1, List.of(ReasonCode.GRANTED_QOS_0, ReasonCode.TOPIC_FILTER_INVALID)));
        client(
                V5,
                "SUBACK, all",
                "90 0001 [1f 'no'" + AB_BYTES + "] a2",
                new SubAck(
                        1,
                        List.of(ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED),
                        new AckProperties("no", List.of(AB))));
    }

    private void unsubscribe() {
        Unsubscribe two = new Unsubscribe(1, List.of("a/#", ""));
        server(V3_1, "UNSUBSCRIBE", "a2 0001 'a/#' 0000", two);
        server(V3_1_1, "UNSUBSCRIBE", "a2 0001 'a/#' 0000", two);
        server(V5, "UNSUBSCRIBE", "a2 0001 [] 'a/#' 0000", two);
        read(V3_1, Role.SERVER, "UNSUBSCRIBE, repeated", "aa 0001 'a/#' 0000", two);
        server(
                V5,
                "UNSUBSCRIBE, all",
                "a2 0001 [" + AB_BYTES + AB_BYTES + "] 'a'",
                new Unsubscribe(1, List.of("a"), List.of(AB, AB)));
        client(V3_1, "UNSUBACK", "b0 0001", new UnsubAck(1, List.of()));
        client(V3_1_1, "UNSUBACK", "b0 0001", new UnsubAck(1, List.of()));
        client(
                V5,
                "UNSUBACK",
                "b0 0001 [] 00 11",
                new UnsubAck(1, List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED)));
        client(
                V5,
                "UNSUBACK, all",
                "b0 0001 [1f 'no'" + AB_BYTES + "] 8f",
                new UnsubAck(1, List.of(ReasonCode.TOPIC_FILTER_INVALID), new AckProperties("no", List.of(AB))));
    }

    private static Subscribe.Entry entry(String filter, Qos qos) {
        return new Subscribe.Entry(filter, new SubscriptionOptions(qos));
    }
}
