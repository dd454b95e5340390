package io.chasqui.client;

import org.jspecify.annotations.Nullable;

/**
 * The client's side of an exchange such as SCRAM (section 4.12 of MQTT 5). Called on the event thread: it must not block.
 * An exception ends the connection.
 */
public interface EnhancedAuthentication {
    /** Authentication Method, the same in all packets (MQTT5-4.12.0-5). */
    String method();

    /** Begins an exchange, anew for each connection and each re-authentication: the first Authentication Data, or null. */
    byte @Nullable [] begin();

    /** Answers the server's AUTH. */
    byte @Nullable [] answer(byte @Nullable [] challenge);

    /** The server was content. Throw to refuse the server, if the method lets us check it. */
    default void succeeded(byte @Nullable [] data) {}
}
