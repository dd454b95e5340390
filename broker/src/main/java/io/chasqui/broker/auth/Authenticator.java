package io.chasqui.broker.auth;

import io.chasqui.protocol.ReasonCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Decides who may connect. Called on an event loop, must not block; may complete on any thread. */
@FunctionalInterface
public interface Authenticator {
    /** Lets everyone in. */
    Authenticator ANYONE = (_, _) -> CompletableFuture.completedFuture(Verdict.ACCEPTED);

    /**
     * @param password as sent; not to be modified or kept
     * @return completes with the verdict; exceptionally, or with null, the connection is refused with 0x88 (fail closed)
     */
    CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password);

    /**
     * @param reason SUCCESS, or the code for CONNACK such as BAD_USER_NAME_OR_PASSWORD or NOT_AUTHORIZED
     * @param detail Reason String for the client; must give nothing away
     */
    record Verdict(ReasonCode reason, @Nullable String detail) {
        public static final Verdict ACCEPTED = new Verdict(ReasonCode.SUCCESS, null);
    }
}
