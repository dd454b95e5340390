package io.chasqui.conformance.raw;

import java.util.ArrayList;
import java.util.List;

/** The MQTT 5 properties of a packet that a broker sent. Immutable. */
public final class PropertyList {
    static final PropertyList NONE = new PropertyList(List.of());

    /** A User Property. */
    public record Pair(String key, String value) {}

    private record Entry(Prop prop, Object value) {}

    private final List<Entry> entries;

    private PropertyList(List<Entry> entries) {
        this.entries = entries;
    }

    /** Reads the length and the properties behind it; fails on what {@code packet} may not carry. */
    static PropertyList read(Type packet, Reader in) {
        int length = (int) in.varint();
        Reader body = new Reader(in.take(length));
        List<Entry> entries = new ArrayList<>();
        while (body.hasMore()) {
            Prop prop = Prop.of((int) body.varint());
            Failure.unless(prop.allowedIn(packet), "U5-01: %s may not carry %s", packet, prop);
            boolean repeatable = prop == Prop.USER_PROPERTY || prop == Prop.SUBSCRIPTION_ID;
            Failure.unless(
                    repeatable || entries.stream().noneMatch(each -> each.prop == prop), "U5-02: %s came twice", prop);
            entries.add(new Entry(prop, value(prop, body)));
        }
        return new PropertyList(List.copyOf(entries));
    }

    private static Object value(Prop prop, Reader in) {
        return switch (prop.form) {
            case BYTE -> (long) in.u8();
            case U16 -> (long) in.u16();
            case U32 -> in.u32();
            case VARINT -> in.varint();
            case TEXT -> in.text();
            case BINARY -> in.binary();
            case PAIR -> new Pair(in.text(), in.text());
        };
    }

    public boolean has(Prop prop) {
        return entries.stream().anyMatch(each -> each.prop == prop);
    }

    /** The value of a property that must be there. */
    public long number(Prop prop) {
        return (long) only(prop);
    }

    public long number(Prop prop, long absent) {
        return has(prop) ? number(prop) : absent;
    }

    public String text(Prop prop) {
        return (String) only(prop);
    }

    public byte[] binary(Prop prop) {
        return (byte[]) only(prop);
    }

    public List<Pair> userProperties() {
        return all(Prop.USER_PROPERTY, Pair.class);
    }

    public List<Long> subscriptionIds() {
        return all(Prop.SUBSCRIPTION_ID, Long.class);
    }

    private <T> List<T> all(Prop prop, Class<T> type) {
        return entries.stream()
                .filter(each -> each.prop == prop)
                .map(each -> type.cast(each.value))
                .toList();
    }

    private Object only(Prop prop) {
        return entries.stream()
                .filter(each -> each.prop == prop)
                .findFirst()
                .orElseThrow(() -> new Failure("expected the property " + prop + ", it is not there"))
                .value;
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
