package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.protocol.ReasonCode;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The end of the chain: lets clients in that give neither User Name nor password, on the listeners that are open to such.
 *
 * @param listeners that allow anonymous clients, by name
 */
record CredentialFree(Set<String> listeners) implements Authenticator {
    private static final Verdict CLOSED =
            Verdict.refused(ReasonCode.NOT_AUTHORIZED, "this listener asks for credentials");

    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
        boolean none = client.userName() == null && password == null;
        Verdict verdict = none ? listeners.contains(client.listener()) ? Verdict.ACCEPTED : CLOSED : Verdict.NEXT;
        return CompletableFuture.completedFuture(verdict);
    }
}
