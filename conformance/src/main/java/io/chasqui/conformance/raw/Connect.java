package io.chasqui.conformance.raw;

import org.jspecify.annotations.Nullable;

/** Writes CONNECT, section 3.1. Every field can be made wrong. Not thread-safe. */
public final class Connect {
    private final Version version;
    private final Props props = new Props();
    private byte[] clientId;
    private String protocolName;
    private int level;
    private boolean clean = true;
    private int keepAlive;
    private @Nullable Will will;
    private byte @Nullable [] userName;
    private byte @Nullable [] password;
    private int flags = -1; // 0 or more: instead of what the fields say
    private byte[] tail = new byte[0];

    // What the broker must keep to from here on, for the Inspector.
    int receiveMaximum = 65_535;
    int topicAliasMaximum;
    long maximumPacketSize = Long.MAX_VALUE;

    private Connect(Version version, byte[] clientId) {
        this.version = version;
        this.clientId = clientId;
        this.protocolName = version.protocolName;
        this.level = version.level;
    }

    /** A clean session and no Keep Alive. */
    public static Connect as(Version version, String clientId) {
        return new Connect(version, Bytes.utf8(clientId));
    }

    public Connect clientId(byte[] value) {
        clientId = value;
        return this;
    }

    public Connect protocol(String name, int newLevel) {
        protocolName = name;
        level = newLevel;
        return this;
    }

    public Connect clean(boolean value) {
        clean = value;
        return this;
    }

    /** Takes up the session of this Client Identifier and keeps it after the connection, in either version. */
    public Connect resume() {
        clean = false;
        return version.is5() ? prop(Prop.SESSION_EXPIRY, 300) : this;
    }

    public Connect keepAlive(int seconds) {
        keepAlive = seconds;
        return this;
    }

    public Connect will(Will value) {
        will = value;
        return this;
    }

    public Connect userName(String value) {
        return userName(Bytes.utf8(value));
    }

    public Connect userName(byte[] value) {
        userName = value;
        return this;
    }

    public Connect password(String value) {
        password = Bytes.utf8(value);
        return this;
    }

    public Connect prop(Prop prop, long value) {
        props.add(prop, value);
        switch (prop) {
            case RECEIVE_MAXIMUM -> receiveMaximum = (int) value;
            case TOPIC_ALIAS_MAXIMUM -> topicAliasMaximum = (int) value;
            case MAXIMUM_PACKET_SIZE -> maximumPacketSize = value;
            default -> {}
        }
        return this;
    }

    public Connect prop(Prop prop, String value) {
        props.add(prop, value);
        return this;
    }

    /** Properties, or what looks like some. */
    public Connect props(byte[] octets) {
        props.raw(octets);
        return this;
    }

    /** Connect Flags as given; the payload stays as the other fields say. */
    public Connect flags(int value) {
        flags = value;
        return this;
    }

    /** Bytes behind the last field, counted in Remaining Length. */
    public Connect tail(byte... octets) {
        tail = octets;
        return this;
    }

    public byte[] toArray() {
        Bytes body = new Bytes().text(protocolName).u8(level).u8(flags >= 0 ? flags : fieldFlags());
        body.u16(keepAlive);
        properties(body, props);
        body.binary(clientId);
        if (will != null) {
            properties(body, will.props());
            body.binary(will.topic()).binary(will.payload());
        }
        if (userName != null) {
            body.binary(userName);
        }
        if (password != null) {
            body.binary(password);
        }
        return body.raw(tail).packet(Type.CONNECT);
    }

    private int fieldFlags() {
        int bits = clean ? 0x02 : 0;
        if (will != null) {
            bits |= 0x04 | will.qos() << 3 | (will.retain() ? 0x20 : 0);
        }
        return bits | (userName != null ? 0x80 : 0) | (password != null ? 0x40 : 0);
    }

    private void properties(Bytes body, Props written) {
        if (version.is5()) {
            byte[] octets = written.toArray();
            body.varint(octets.length).raw(octets);
        }
    }
}
