package io.chasqui.conformance.raw;

/** The protocol versions that a test can speak. */
public enum Version {
    MQTT_3_1("3.1", "MQIsdp", 3),
    MQTT_3_1_1("3.1.1", "MQTT", 4),
    MQTT_5("5.0", "MQTT", 5);

    private final String label;
    final String protocolName;
    final int level;

    Version(String label, String protocolName, int level) {
        this.label = label;
        this.protocolName = protocolName;
        this.level = level;
    }

    public boolean is5() {
        return this == MQTT_5;
    }

    /** As people write it: {@code 3.1.1}. */
    @Override
    public String toString() {
        return label;
    }
}
