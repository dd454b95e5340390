package io.chasqui.broker.auth;

import io.chasqui.protocol.ReasonCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Decides who may connect. Called on an event loop, must not block; may complete on any thread. */
@FunctionalInterface
public interface Authenticator {
    /** Lets everyone in, and nobody is asked for a name. */
    Authenticator ANYONE = (_, _) -> CompletableFuture.completedFuture(Verdict.ACCEPTED);

    /**
     * @param password as sent; not to be modified or kept
     * @return completes with the verdict; exceptionally, or with null, the connection is refused with 0x88 (fail closed), and
     *     so it is when nothing comes within the broker's time for it
     */
    CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password);

    /**
     * Begins an enhanced authentication (MQTT 5, section 4.12), at CONNECT or anew.
     *
     * @param method the Authentication Method of CONNECT
     * @return null when this one does not offer that method; if nobody does, the client is refused with 0x8C
     */
    default @Nullable Exchange exchange(ClientInfo client, String method) {
        return null;
    }

    /** What one asked for an authentication answers. */
    sealed interface Verdict {
        /** Lets in somebody of whom nothing is known. */
        Verdict ACCEPTED = new Accepted(Identity.ANONYMOUS);

        /** Leaves it to the next one in the chain; behind the last one, the client is refused. */
        Verdict NEXT = new Next();

        static Verdict refused(ReasonCode reason, @Nullable String detail) {
            return new Refused(reason, detail);
        }
    }

    /** Lets the client in. */
    record Accepted(Identity identity) implements Verdict {}

    /**
     * Does not let the client in.
     *
     * @param reason the code for CONNACK, such as BAD_USER_NAME_OR_PASSWORD or NOT_AUTHORIZED
     * @param detail Reason String for the client; must give nothing away
     */
    record Refused(ReasonCode reason, @Nullable String detail) implements Verdict {
        public Refused {
            if (!reason.isError()) {
                throw new IllegalArgumentException(reason + " is no refusal");
            }
        }
    }

    /** Knows nothing of this client. */
    record Next() implements Verdict {}
}
