package io.chasqui.broker.connection;

import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicFilter;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sees what clients do, and rules over what they publish: for the program that a broker is embedded in. Override what you need.
 *
 * <p>Threads: called on the event loops, on all of them at once, for one client always on the same one and in the order of
 * what happened. So it is safe on any thread, and it must not block, nor wait for this broker: {@code Broker.publish} is fine.
 *
 * <p>Failures: whatever it throws is logged, at most once a second, and counted ({@code faults}); a message that was
 * being judged ends as {@link Fate#INTERCEPTOR_FAILED}, and its publisher hears 0x83. Connections and loops go on.
 *
 * <p>Who may connect, publish and subscribe is for an {@code Authenticator} and an {@code Authorizer}: they are asked first, and
 * what they do not allow does not come here. Nor does what the embedding program itself publishes.
 */
public interface Interceptor {
    /** What becomes of a message. */
    sealed interface Verdict {
        /** It goes its way. */
        static Verdict pass() {
            return Pass.INSTANCE;
        }

        /**
         * Another one goes in its place, also to a topic that its publisher may not publish to.
         *
         * @param message made of the one that was asked about, with {@code withPayload} and its like; within the limits of the
         *     broker in topic levels, packet size, QoS and RETAIN, or the interceptor has failed
         */
        static Verdict change(Message message) {
            return new Change(message);
        }

        /**
         * It ends here, and its publisher is told so. One of MQTT 3 or of QoS 0 cannot be told: it hears nothing
         * else than of a message that went its way, but for 0x97, at which one of MQTT 3 is disconnected where the limits of
         * the broker say so ({@code disconnectRefusedV3}).
         *
         * @param reason one of those that PUBACK has for it: 0x80, 0x83, 0x87, 0x90, 0x97, 0x99
         * @param detail the Reason String, or null for none
         * @throws IllegalArgumentException for another reason
         */
        static Verdict refuse(ReasonCode reason, @Nullable String detail) {
            return new Refuse(reason, detail);
        }

        /** It ends here, and its publisher is told that all is well. */
        static Verdict drop() {
            return Drop.INSTANCE;
        }
    }

    /** See {@link Verdict#pass}. */
    enum Pass implements Verdict {
        INSTANCE
    }

    /** See {@link Verdict#change}. */
    record Change(Message message) implements Verdict {}

    /** See {@link Verdict#refuse}. */
    record Refuse(ReasonCode reason, @Nullable String detail) implements Verdict {
        private static final Set<ReasonCode> OF_PUBACK = EnumSet.of(
                ReasonCode.UNSPECIFIED_ERROR,
                ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                ReasonCode.NOT_AUTHORIZED,
                ReasonCode.TOPIC_NAME_INVALID,
                ReasonCode.QUOTA_EXCEEDED,
                ReasonCode.PAYLOAD_FORMAT_INVALID);

        public Refuse {
            if (!OF_PUBACK.contains(reason)) {
                throw new IllegalArgumentException(reason + " cannot refuse a message; give one of " + OF_PUBACK);
            }
        }
    }

    /** See {@link Verdict#drop}. */
    enum Drop implements Verdict {
        INSTANCE
    }

    /**
     * A client publishes {@code message}, and may; or its Will is published, of which nobody can be told. Before it is
     * retained, routed and acknowledged. A QoS 2 message that is sent again is not asked about again.
     */
    default Verdict onPublish(ClientInfo client, Message message) {
        return Verdict.pass();
    }

    /** A client was let in; CONNACK follows. */
    default void onConnected(ClientInfo client) {}

    /**
     * A client that was let in is not connected any more.
     *
     * @param reason that the broker gave, or null where the client left or was lost
     */
    default void onDisconnected(ClientInfo client, @Nullable ReasonCode reason) {}

    /** A client has subscribed, and is told so. Not for subscriptions that an earlier connection made. */
    default void onSubscribed(ClientInfo client, TopicFilter filter, Qos granted) {}

    /** A client has ended a subscription that it had. */
    default void onUnsubscribed(ClientInfo client, TopicFilter filter) {}

    /**
     * A copy of a message has come to its end: {@link Fate#DELIVERED}, which is written to the connection at QoS 0 and acknowledged by
     * the receiver above, or any other. On the loop where that happens.
     *
     * @param receiver Client Identifier, or null where there is none
     */
    default void onEnded(Fate fate, Message message, @Nullable String receiver) {}
}
