package io.chasqui.broker.auth;

import io.chasqui.protocol.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Is told what matters to security. Called on event loops: must not block, and must not fail. It never hears passwords or
 * payloads.
 */
@FunctionalInterface
public interface Audit {
    /** Writes nothing down. */
    Audit NONE = _ -> {};

    void record(Event event);

    /** What has happened. */
    sealed interface Event {
        ClientInfo client();
    }

    /** A client was let in; {@link ClientInfo#identity} says as whom. */
    record Connected(ClientInfo client) implements Event {}

    /** A client was not let in. */
    record Refused(
            ClientInfo client, ReasonCode reason, @Nullable String detail) implements Event {}

    /** A client has authenticated anew. */
    record Reauthenticated(ClientInfo client) implements Event {}

    /**
     * A connection is over.
     *
     * @param reason that we gave, or null where the client left
     */
    record Disconnected(ClientInfo client, @Nullable ReasonCode reason) implements Event {}

    /**
     * A client may not do something.
     *
     * @param name the Topic Name or Topic Filter
     * @param enforced false in report-only mode, where it went on
     * @param rule that says so, or null where none speaks of it
     */
    record Denied(
            ClientInfo client,
            Action action,
            String name,
            boolean enforced,
            @Nullable String rule) implements Event {}

    /**
     * Two clients take one session from each other, again and again.
     *
     * @param client the one that came last
     * @param other address of the one that it took the session from
     */
    record Fight(ClientInfo client, String other) implements Event {}
}
