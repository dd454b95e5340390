package io.chasqui.conformance.hostile;

import io.chasqui.conformance.hostile.Sample.Field;
import io.chasqui.conformance.hostile.Sample.Kind;
import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Prop;
import io.chasqui.conformance.raw.Props;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.raw.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The table: each packet that a client may send, in one or several forms, with every field that it can have. */
final class Samples {
    private final Version version;
    private final String mark;

    /** @param mark what topics and Client Identifiers start with, so that they do not meet those of others */
    Samples(Version version, String mark) {
        this.version = version;
        this.mark = mark;
    }

    /** A CONNECT of its own for each call. */
    Sample connect(String clientId) {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("protocol name", Kind.TEXT, text("MQTT"), false));
        fields.add(number("level", version.is5() ? 5 : 4));
        fields.add(number("flags", 0xF6));
        fields.add(number("keep alive", 0, 60));
        properties(
                fields,
                false,
                prop -> prop.allowedIn(Type.CONNECT),
                Prop.SESSION_EXPIRY,
                Prop.RECEIVE_MAXIMUM,
                Prop.MAXIMUM_PACKET_SIZE,
                Prop.TOPIC_ALIAS_MAXIMUM,
                Prop.REQUEST_PROBLEM_INFO,
                Prop.USER_PROPERTY);
        fields.add(new Field("client id", Kind.TEXT, text(clientId), false));
        properties(
                fields,
                false,
                Prop::allowedInWill,
                Prop.WILL_DELAY,
                Prop.PAYLOAD_FORMAT,
                Prop.MESSAGE_EXPIRY,
                Prop.CONTENT_TYPE,
                Prop.RESPONSE_TOPIC,
                Prop.CORRELATION_DATA,
                Prop.USER_PROPERTY);
        fields.add(new Field("Will topic", Kind.TOPIC, text(mark + "/will"), false));
        fields.add(new Field("Will payload", Kind.BINARY, text("gone"), false));
        fields.add(new Field("user name", Kind.TEXT, text("user"), false));
        fields.add(new Field("password", Kind.BINARY, text("secret"), true));
        return new Sample("CONNECT", Type.CONNECT, 0x10, false, fields);
    }

    /** What may follow. */
    List<Sample> others() {
        List<Sample> all = new ArrayList<>(List.of(publish(0), publish(1), publish(2)));
        for (Type type : List.of(Type.PUBACK, Type.PUBREC, Type.PUBREL, Type.PUBCOMP)) {
            all.add(ack(type));
        }
        all.add(subscribe());
        all.add(unsubscribe());
        all.add(new Sample("PINGREQ", Type.PINGREQ, 0xC0, true, List.of()));
        all.add(disconnect());
        if (version.is5()) {
            all.add(auth());
        }
        return all;
    }

    private Sample publish(int qos) {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("topic", Kind.TOPIC, text(mark + "/topic"), false));
        if (qos > 0) {
            fields.add(new Field("packet id", Kind.PACKET_ID, Bytes.bytes(0, 7), false));
        }
        properties(
                fields,
                true,
                prop -> prop.allowedIn(Type.PUBLISH) && prop != Prop.SUBSCRIPTION_ID,
                Prop.PAYLOAD_FORMAT,
                Prop.MESSAGE_EXPIRY,
                Prop.CONTENT_TYPE,
                Prop.RESPONSE_TOPIC,
                Prop.CORRELATION_DATA,
                Prop.USER_PROPERTY);
        fields.add(new Field("payload", Kind.PAYLOAD, Bytes.utf8("payload"), true));
        return new Sample("PUBLISH QoS " + qos, Type.PUBLISH, 0x30 | qos << 1, false, fields);
    }

    private Sample ack(Type type) {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("packet id", Kind.PACKET_ID, Bytes.bytes(0, 9), true));
        if (version.is5()) {
            fields.add(new Field("reason", Kind.NUMBER, Bytes.bytes(0), true));
        }
        properties(fields, true, prop -> prop.allowedIn(type), Prop.REASON_STRING, Prop.USER_PROPERTY);
        return new Sample(type.name(), type, type.firstByte(), false, fields);
    }

    private Sample subscribe() {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("packet id", Kind.PACKET_ID, Bytes.bytes(0, 11), false));
        properties(fields, false, prop -> prop.allowedIn(Type.SUBSCRIBE), Prop.SUBSCRIPTION_ID, Prop.USER_PROPERTY);
        fields.add(new Field("filter", Kind.FILTER, text(mark + "/+/x"), false));
        fields.add(new Field("options", Kind.NUMBER, Bytes.bytes(1), true));
        fields.add(new Field("second filter", Kind.FILTER, text(mark + "/#"), false));
        fields.add(new Field("second options", Kind.NUMBER, Bytes.bytes(2), true));
        return new Sample("SUBSCRIBE", Type.SUBSCRIBE, 0x82, false, fields);
    }

    private Sample unsubscribe() {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("packet id", Kind.PACKET_ID, Bytes.bytes(0, 13), false));
        properties(fields, false, prop -> prop.allowedIn(Type.UNSUBSCRIBE), Prop.USER_PROPERTY);
        fields.add(new Field("filter", Kind.FILTER, text(mark + "/+/x"), true));
        fields.add(new Field("second filter", Kind.FILTER, text(mark + "/#"), true));
        return new Sample("UNSUBSCRIBE", Type.UNSUBSCRIBE, 0xA2, false, fields);
    }

    private Sample disconnect() {
        List<Field> fields = new ArrayList<>();
        if (version.is5()) {
            fields.add(new Field("reason", Kind.NUMBER, Bytes.bytes(4), true));
        }
        properties(
                fields,
                true,
                prop -> prop.allowedIn(Type.DISCONNECT) && prop != Prop.SERVER_REFERENCE,
                Prop.REASON_STRING,
                Prop.USER_PROPERTY);
        return new Sample("DISCONNECT", Type.DISCONNECT, 0xE0, true, fields);
    }

    /** Sound in itself, but an error after a CONNECT that named no method. */
    private Sample auth() {
        List<Field> fields = new ArrayList<>();
        fields.add(number("reason", 0x18));
        properties(
                fields, false, prop -> prop.allowedIn(Type.AUTH), Prop.AUTH_METHOD, Prop.AUTH_DATA, Prop.USER_PROPERTY);
        return new Sample("AUTH", Type.AUTH, 0xF0, false, fields);
    }

    private static Field number(String name, int... octets) {
        return new Field(name, Kind.NUMBER, Bytes.bytes(octets), false);
    }

    private static byte[] text(String value) {
        return new Bytes().text(value).toArray();
    }

    private void properties(List<Field> fields, boolean mayEnd, Predicate<Prop> allowed, Prop... present) {
        if (version.is5()) {
            List<byte[]> props = Arrays.stream(present).map(Samples::encoded).toList();
            fields.add(new Field("properties", Kind.PROPERTIES, Field.properties(props), mayEnd, props, allowed));
        }
    }

    /** A property with a value that is legal for it. */
    static byte[] encoded(Prop prop) {
        return switch (prop) {
            case RECEIVE_MAXIMUM -> Props.of(prop, 100).toArray();
            case MAXIMUM_PACKET_SIZE -> Props.of(prop, 100_000).toArray();
            case SESSION_EXPIRY -> Props.of(prop, 0).toArray();
            case USER_PROPERTY -> new Props().user("key", "value").toArray();
            default ->
                switch (prop.form) {
                    case BYTE, U16, U32, VARINT -> Props.of(prop, 1).toArray();
                    case TEXT, BINARY -> Props.of(prop, "value").toArray();
                    case PAIR -> throw new IllegalArgumentException(prop.toString());
                };
        };
    }
}
