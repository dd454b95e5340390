package io.chasqui.protocol;

import io.chasqui.protocol.Property.Place;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks the properties of one packet (section 2.2.2): {@link #open}, then {@link #next} until it returns null, after each
 * the value, by one of the methods below. Holds what is true of every property: it stands where it may, and once unless it
 * may be repeated. No value can be read past the Property Length.
 */
final class PropertyReader {
    private final BodyReader in;
    private Place place = Place.CONNECT;
    private long seen; // a bit for each Property
    private int outerEnd;

    PropertyReader(BodyReader in) {
        this.in = in;
    }

    PropertyReader open(Place place) throws ProtocolException {
        return open(place, in.variableByteInteger("Property Length"));
    }

    /** All that is left is properties, without Property Length. */
    PropertyReader openRest(Place place) throws ProtocolException {
        return open(place, in.remaining());
    }

    private PropertyReader open(Place place, int length) throws ProtocolException {
        outerEnd = in.beginSection(length, "Properties");
        this.place = place;
        seen = 0;
        return this;
    }

    @Nullable
    Property next() throws ProtocolException {
        if (in.remaining() == 0) {
            in.endSection(outerEnd);
            return null;
        }
        int id = in.variableByteInteger("Property Identifier");
        Property property = Property.of(id);
        if (property == null || !property.allowedIn(place)) {
            throw new ProtocolException(
                    ReasonCode.MALFORMED_PACKET,
                    "U5-01",
                    (property == null ? "unknown property " + id : property.toString()) + " in " + place);
        }
        long bit = 1L << property.ordinal();
        if ((seen & bit) != 0 && !property.repeatsIn(place)) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "U5-02", property + " twice in " + place);
        }
        seen |= bit;
        return property;
    }

    /** A byte that is 0 or 1.
     *  @param reason the answer to any other value, which breaks {@code statement} */
    boolean flag(Property property, ReasonCode reason, String statement) throws ProtocolException {
        int value = in.u8(property.name());
        if (value > 1) {
            throw new ProtocolException(reason, statement, property + " is " + value);
        }
        return value == 1;
    }

    int u16(Property property) throws ProtocolException {
        return in.u16(property.name());
    }

    long u32(Property property) throws ProtocolException {
        return in.u32(property.name());
    }

    /** A number of two bytes that must not be 0. */
    int positive16(Property property, ReasonCode reason, String statement) throws ProtocolException {
        return (int) positive(in.u16(property.name()), property, reason, statement);
    }

    /** A number of four bytes that must not be 0. */
    long positive32(Property property, ReasonCode reason, String statement) throws ProtocolException {
        return positive(in.u32(property.name()), property, reason, statement);
    }

    /** A Subscription Identifier. */
    int subscriptionId() throws ProtocolException {
        Property property = Property.SUBSCRIPTION_IDENTIFIER;
        return (int) positive(in.variableByteInteger(property.name()), property, ReasonCode.PROTOCOL_ERROR, "U5-08");
    }

    String utf8(Property property) throws ProtocolException {
        return in.utf8(property.name());
    }

    byte[] binary(Property property) throws ProtocolException {
        return in.binary(property.name());
    }

    /** Reads one User Property.
     *  @param before those of this packet so far: the immutable empty list, or what this method returned
     *  @return all of them, in the order of the wire */
    List<UserProperty> userProperty(List<UserProperty> before) throws ProtocolException {
        List<UserProperty> all = before.isEmpty() ? new ArrayList<>() : before;
        String name = in.utf8("User Property name");
        all.add(new UserProperty(name, in.utf8("User Property value")));
        return all;
    }

    private static long positive(long value, Property property, ReasonCode reason, String statement)
            throws ProtocolException {
        if (value == 0) {
            throw new ProtocolException(reason, statement, property + " is 0");
        }
        return value;
    }
}
