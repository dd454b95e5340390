package io.chasqui.broker.auth;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;

/** Decides what a client may do. Called on event loops for every PUBLISH and SUBSCRIBE: answers from memory, at once. */
public interface Authorizer {
    /** Everything but publishing below {@code $SYS}, which is the broker's own (4.7.2, U5-31). */
    Authorizer OPEN = new Authorizer() {
        @Override
        public boolean mayPublish(ClientInfo client, TopicName topic, Qos qos, boolean retain) {
            return !isBrokersOwn(topic);
        }

        @Override
        public boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos) {
            return true;
        }
    };

    /** Whether {@code topic} is {@code $SYS} or below it, where nobody but the broker publishes. */
    static boolean isBrokersOwn(TopicName topic) {
        return topic.isDollar() && (topic.name().equals("$SYS") || topic.name().startsWith("$SYS/"));
    }

    /**
     * One for the connection of {@code client}, which is asked from then on, on the loop of the connection alone: it may
     * remember what it has answered. {@code this} where there is nothing to remember.
     */
    default Authorizer of(ClientInfo client) {
        return this;
    }

    boolean mayPublish(ClientInfo client, TopicName topic, Qos qos, boolean retain);

    boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos);

    /** Whether a message of a subscription may be sent to the client, at the moment when it would be. */
    default boolean mayReceive(ClientInfo client, TopicName topic) {
        return true;
    }
}
