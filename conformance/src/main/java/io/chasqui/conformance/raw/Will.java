package io.chasqui.conformance.raw;

/** A Will as CONNECT carries it, section 3.1.3.2; {@code props} are left out before v5. */
public record Will(byte[] topic, byte[] payload, int qos, boolean retain, Props props) {
    public static Will of(String topic, String payload) {
        return new Will(Bytes.utf8(topic), Bytes.utf8(payload), 0, false, new Props());
    }

    public Will topic(byte[] value) {
        return new Will(value, payload, qos, retain, props);
    }

    public Will qos(int value) {
        return new Will(topic, payload, value, retain, props);
    }

    public Will retained() {
        return new Will(topic, payload, qos, true, props);
    }

    public Will props(Props value) {
        return new Will(topic, payload, qos, retain, value);
    }

    public Will delay(int seconds) {
        return props(Props.of(Prop.WILL_DELAY, seconds));
    }
}
