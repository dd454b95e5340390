package io.chasqui.interop;

import io.chasqui.protocol.SubscriptionOptions;
import java.util.concurrent.CompletableFuture;

/**
 * One client object of somebody's library: the adapter that a library joins the tests with. Methods wait for the broker's
 * answer, {@link Guest#PATIENCE} at the most, and throw what the library throws. What arrives goes to {@link Events}.
 */
interface Client {
    /** Makes a client that is not connected yet; it talks to {@code port} of the loopback interface. */
    interface Library {
        Client client(int port, Options options, Events events) throws Exception;
    }

    /** What a library reports, on a thread of its own. */
    interface Events {
        /** The reason when there was no DISCONNECT, or one of MQTT 3. */
        int NO_REASON = -1;

        void received(Message message);

        /** The connection has gone. */
        void closed(int reason);
    }

    /** What CONNACK said. */
    record Connected(String clientId, boolean sessionPresent) {}

    /** Connects; after a loss of the connection again, with the state of the session that the library has kept. */
    Connected connect() throws Exception;

    /**
     * @param subscriptionId Subscription Identifier, or 0 for none
     * @return the Reason Code of SUBACK
     */
    int subscribe(String filter, SubscriptionOptions options, int subscriptionId) throws Exception;

    void unsubscribe(String filter) throws Exception;

    /** Completes when the broker has acknowledged the message, as its QoS asks for. */
    CompletableFuture<?> publish(Message message) throws Exception;

    /** @param publishWill MQTT 5 only: DISCONNECT with Will Message, 0x04 */
    void disconnect(boolean publishWill) throws Exception;

    /** Frees what the library holds, connected or not. */
    void destroy() throws Exception;
}
