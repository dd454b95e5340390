package io.chasqui.broker.auth;

import io.chasqui.protocol.ReasonCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Several authenticators, asked one after the other: the first that decides, decides. One that fails decides, too: nobody
 * gets in behind a database that does not answer. Immutable; any thread.
 */
public final class Chain implements Authenticator {
    private static final Verdict NOBODY =
            Verdict.refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null); // the same words as for a wrong password

    private final List<Authenticator> links;

    public Chain(List<? extends Authenticator> links) {
        this.links = List.copyOf(links);
    }

    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
        return ask(0, client, password);
    }

    private CompletionStage<Verdict> ask(int from, ClientInfo client, byte @Nullable [] password) {
        for (int i = from; i < links.size(); i++) {
            CompletableFuture<Verdict> answer =
                    links.get(i).authenticate(client, password).toCompletableFuture();
            if (!answer.isDone() || answer.isCompletedExceptionally()) {
                int next = i + 1;
                return answer.thenCompose(verdict -> verdict instanceof Next
                        ? ask(next, client, password)
                        : CompletableFuture.completedFuture(verdict));
            }
            if (!(answer.join() instanceof Next)) {
                return answer;
            }
        }
        return CompletableFuture.completedFuture(NOBODY);
    }

    @Override
    public @Nullable Exchange exchange(ClientInfo client, String method) {
        for (Authenticator link : links) {
            Exchange exchange = link.exchange(client, method);
            if (exchange != null) {
                return exchange;
            }
        }
        return null;
    }
}
