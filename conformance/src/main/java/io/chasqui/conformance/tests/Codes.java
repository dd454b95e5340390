package io.chasqui.conformance.tests;

/** Reason Codes of MQTT 5 that tests accept together, section 2.4. */
final class Codes {
    static final int MALFORMED = 0x81;
    static final int PROTOCOL_ERROR = 0x82;
    static final int NOT_AUTHORIZED = 0x87;
    static final int FILTER_INVALID = 0x8F;
    static final int TOPIC_INVALID = 0x90;

    /** A packet that breaks the format; which of the two codes is a matter of taste in the field. */
    static final int[] BROKEN = {MALFORMED, PROTOCOL_ERROR};

    private Codes() {}
}
