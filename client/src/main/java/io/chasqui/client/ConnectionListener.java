package io.chasqui.client;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to know how the connection is. Called on the client's callback executor, one call at a time, in the order in
 * which things happened; may block and may call the client.
 */
public interface ConnectionListener {
    /** The server has let us in. */
    default void onConnected(ConnAck connAck) {}

    /**
     * The connection was lost, or an attempt to come back has failed.
     *
     * @param nextAttempt after which the client tries again; null when it will not by itself
     */
    default void onDisconnected(MqttException why, @Nullable Duration nextAttempt) {}

    /** The server has lost the session, and does not let us subscribe to this again. */
    default void onSubscriptionLost(String filter, ReasonCode reason) {}

    /** A message came that no one is registered for, or a receiver threw: then {@code fault} says what. It has been acknowledged. */
    default void onUnhandled(Received message, @Nullable Throwable fault) {}

    /** A message that was only handed over, or that an earlier life of the application had left in the outbox on disk, ends like this. */
    default void onUndelivered(String topic, MqttException why) {}
}
