package io.chasqui.protocol;

import org.jspecify.annotations.Nullable;

/** The versions of the protocol that are served, each with the protocol name and level that CONNECT carries. */
public enum MqttVersion {
    /** MQTT 3.1 of IBM and Eurotech, protocol name {@code MQIsdp}. */
    V3_1("MQIsdp", 3),
    /** MQTT 3.1.1, OASIS Standard of 29 October 2014. */
    V3_1_1("MQTT", 4),
    /** MQTT 5.0, OASIS Standard of 7 March 2019. */
    V5("MQTT", 5);

    private static final MqttVersion[] VALUES = values();

    private final String protocolName;
    private final int level;

    MqttVersion(String protocolName, int level) {
        this.protocolName = protocolName;
        this.level = level;
    }

    /** @return the version that CONNECT asks for, or null when it is none of ours */
    static @Nullable MqttVersion of(String protocolName, int level) {
        for (MqttVersion version : VALUES) {
            if (version.level == level && version.protocolName.equals(protocolName)) {
                return version;
            }
        }
        return null;
    }

    public String protocolName() {
        return protocolName;
    }

    /** Protocol Level (3.1.1) or Protocol Version (5.0) byte of CONNECT. */
    public int level() {
        return level;
    }
}
