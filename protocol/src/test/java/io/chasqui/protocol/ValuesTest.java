package io.chasqui.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The small values: QoS, versions, the exception, and what the packets refuse as our own mistake. */
class ValuesTest {
    @Test
    void qosIsOrdered() {
        assertThat(Qos.of(0)).isEqualTo(Qos.AT_MOST_ONCE);
        assertThat(Qos.of(2).level()).isEqualTo(2);
        assertThat(Qos.AT_LEAST_ONCE.min(Qos.EXACTLY_ONCE)).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(Qos.EXACTLY_ONCE.min(Qos.AT_MOST_ONCE)).isEqualTo(Qos.AT_MOST_ONCE);
        assertThat(Qos.AT_LEAST_ONCE.max(Qos.EXACTLY_ONCE)).isEqualTo(Qos.EXACTLY_ONCE);
        assertThat(Qos.AT_LEAST_ONCE.max(Qos.AT_LEAST_ONCE)).isEqualTo(Qos.AT_LEAST_ONCE);
    }

    @Test
    void versionsHaveTheirNameAndLevel() {
        assertThat(MqttVersion.of("MQIsdp", 3)).isEqualTo(MqttVersion.V3_1);
        assertThat(MqttVersion.of("MQTT", 4)).isEqualTo(MqttVersion.V3_1_1);
        assertThat(MqttVersion.of("MQTT", 5)).isEqualTo(MqttVersion.V5);
        assertThat(MqttVersion.of("MQTT", 3)).isNull();
        assertThat(MqttVersion.of("MQIsdp", 4)).isNull();
        assertThat(MqttVersion.of("mqtt", 4)).isNull();
    }

    @Test
    void aConnectKnowsWhatCleanSessionMeans() {
        assertThat(Connect.of(MqttVersion.V3_1_1, "a", true, 0).sessionExpirySeconds())
                .isZero();
        assertThat(Connect.of(MqttVersion.V3_1_1, "a", false, 0).sessionExpirySeconds())
                .isEqualTo(Connect.NEVER_EXPIRES);
        assertThat(Connect.of(MqttVersion.V5, "a", false, 0).sessionExpirySeconds())
                .isZero();
    }

    @Test
    void aProtocolExceptionNamesTheStatementAndHasNoStackTrace() {
        ProtocolException e = new ProtocolException(ReasonCode.PROTOCOL_ERROR, "U5-18", "neither topic nor alias");
        assertThat(e).hasMessage("U5-18: neither topic nor alias").hasNoCause();
        assertThat(e.getStackTrace()).isEmpty();
        assertThat(e.getSuppressed()).isEmpty();
        assertThat(e.detail()).isEqualTo("neither topic nor alias");
    }

    /** A peer must not be able to write lines into our log, nor long ones. */
    @Test
    void quotesWhatAPeerChose() {
        assertThat(ProtocolException.quote("a/#")).isEqualTo("\"a/#\"");
        assertThat(ProtocolException.quote("a\r\nERROR \u001B[31m\u202E\u2028")).isEqualTo("\"a??ERROR ?[31m??\"");
        assertThat(ProtocolException.quote("x".repeat(1_000)))
                .hasSizeLessThan(100)
                .endsWith("...\"");
    }

    @Test
    void packetsRefuseOurOwnMistakes() {
        TopicName topic = TopicName.of("a");
        byte[] payload = new byte[0];
        assertThatThrownBy(() -> new Publish(false, Qos.AT_MOST_ONCE, false, topic, 1, payload))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> new Publish(false, Qos.AT_LEAST_ONCE, false, topic, 0, payload))
                .isInstanceOf(AssertionError.class);
        for (int packetId : new int[] {0, -1, 65_536}) {
            assertThatThrownBy(() -> new PubAck(packetId)).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> new PubRec(packetId)).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> new PubRel(packetId)).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> new PubComp(packetId)).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> new Subscribe(packetId, List.of())).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> new Unsubscribe(packetId, List.of())).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> new SubAck(packetId, List.of())).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> new UnsubAck(packetId, List.of())).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void packetsKeepTheirOwnLists() {
        List<ReasonCode> reasons = new ArrayList<>(List.of(ReasonCode.SUCCESS));
        List<String> filters = new ArrayList<>(List.of("a"));
        List<UserProperty> pairs = new ArrayList<>(List.of(new UserProperty("a", "b")));
        SubAck subAck = new SubAck(1, reasons);
        Unsubscribe unsubscribe = new Unsubscribe(1, filters, pairs);
        reasons.clear();
        filters.clear();
        pairs.clear();
        assertThat(subAck.reasons()).hasSize(1);
        assertThat(unsubscribe.filters()).hasSize(1);
        assertThat(unsubscribe.userProperties()).hasSize(1);
    }
}
