package io.chasqui.conformance.suite;

/** Settings that some statements can only be seen with. Whoever runs the suite says which broker has which. */
public enum Fixture {
    /** QoS 0, 1 and 2, retained messages, all kinds of subscriptions, anonymous clients. */
    DEFAULT("default settings"),
    MAX_QOS_0("maximum QoS 0"),
    MAX_QOS_1("maximum QoS 1"),
    NO_RETAIN("no retained messages"),
    NO_WILDCARD("no wildcard subscriptions"),
    NO_SHARED("no shared subscriptions"),
    NO_SUBSCRIPTION_IDS("no subscription identifiers"),
    SMALL_PACKETS("packets of 1,024 bytes at most"),
    SHORT_CLIENT_ID("client identifiers of 23 bytes at most"),
    FEW_RECEIVED("Receive Maximum 2 for clients, two Topic Aliases"),
    SHORT_KEEP_ALIVE("server keep alive 1 s"),
    SHORT_CONNECT_TIMEOUT("1 s from accept to CONNECT"),
    CHECK_PAYLOAD("payload format is checked"),
    SMALL_QUEUE("two messages wait for an offline session at most, more are refused"),
    DENY("publish to and subscribe to denied/# is not allowed"),
    PASSWORD("only user 'user' with password 'secret' is let in"),
    SCRAM("only user 'user' with password 'pencil' is let in, by SCRAM-SHA-256"),
    WEBSOCKET("a WebSocket listener");

    private final String description;

    Fixture(String description) {
        this.description = description;
    }

    @Override
    public String toString() {
        return description;
    }
}
