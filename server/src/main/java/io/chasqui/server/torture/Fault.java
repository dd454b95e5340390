package io.chasqui.server.torture;

import java.util.Locale;

/** A promise that a broker broke, in the order of the report. */
public enum Fault {
    LOST_QOS_1("acknowledged and never delivered to a session that was entitled to it at QoS 1"),
    LOST_QOS_2("the same at QoS 2, also where a reused Packet Identifier made the receiver discard it"),
    DUPLICATED_QOS_2("QoS 2 from end to end and delivered more than once"),
    UNMARKED_DUPLICATE("delivered again without DUP, and without a resend of its publisher"),
    REORDERED("delivered for the first time after a later one of the same publisher, topic and QoS"),
    CORRUPTED("a message that nobody sent, or not to this topic"),
    SESSION_MISSING("Session Present was 0 for a session that had been acknowledged"),
    SUBSCRIPTION_MISSING("acknowledged, and a message sent at the end did not come through it"),
    SUBSCRIPTION_RETURNED("messages came through a subscription whose end had been acknowledged"),
    RETAINED_MISSING("a retained message that was acknowledged is not there"),
    RETAINED_STALE("a retained message is there in a version older than the one acknowledged"),
    RETAINED_RETURNED("a retained message is there although its removal was acknowledged"),
    WILL_MISSING("the CONNECT was acknowledged, the client did not come back, the Will was not published"),
    WILL_DUPLICATED("a QoS 2 Will was published more than once"),
    WILL_EARLY("the Will was published before its Will Delay Interval had passed"),
    WILL_UNWANTED("the Will was published although the client was back in time"),
    IDENTIFIER_REUSED("another message came under a Packet Identifier whose exchange was not over"),
    PROTOCOL("the broker sent what the standard does not allow"),
    UNANSWERED("a message of a publisher was never acknowledged although the broker was up"),
    NOT_STARTED("the broker did not accept MQTT in time after a kill; what came after is not judged");

    private final String meaning;

    Fault(String meaning) {
        this.meaning = meaning;
    }

    /** What happened, for the report. */
    public String meaning() {
        return meaning;
    }

    /** As in JSON: {@code duplicated_qos_2}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
