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
            return !topic.isDollar()
                    || !(topic.name().equals("$SYS") || topic.name().startsWith("$SYS/"));
        }

        @Override
        public boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos) {
            return true;
        }
    };

    boolean mayPublish(ClientInfo client, TopicName topic, Qos qos, boolean retain);

    boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos);
}
