package io.chasqui.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.protocol.ReasonCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChainTest {
    private static final ClientInfo CLIENT = Clients.client("c", "ann");
    private static final Verdict YES = new Authenticator.Accepted(Identity.user("ann", "yes"));
    private static final Verdict NO = Verdict.refused(ReasonCode.BANNED, null);

    private static Authenticator says(Verdict verdict) {
        return (_, _) -> CompletableFuture.completedFuture(verdict);
    }

    private static CompletableFuture<Verdict> ask(Authenticator... links) {
        return new Chain(List.of(links)).authenticate(CLIENT, null).toCompletableFuture();
    }

    @Test
    void theFirstThatDecidesDecides() {
        assertThat(ask(says(Verdict.NEXT), says(YES), says(NO)).join()).isEqualTo(YES);
        assertThat(ask(says(Verdict.NEXT), says(NO), says(YES)).join()).isEqualTo(NO);
    }

    @Test
    void whomNobodyKnowsIsRefusedInTheWordsForAWrongPassword() {
        Verdict unknown = Verdict.refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null);
        assertThat(ask(says(Verdict.NEXT)).join()).isEqualTo(unknown);
        assertThat(ask().join()).isEqualTo(unknown);
    }

    @Test
    void oneThatFailsDecidesThatNobodyGetsIn() {
        assertThat(ask((_, _) -> CompletableFuture.failedFuture(new IllegalStateException()), says(YES)))
                .isCompletedExceptionally();
    }

    @Test
    void oneThatTakesItsTimeIsWaitedFor() {
        CompletableFuture<Verdict> slow = new CompletableFuture<>();
        CompletableFuture<Verdict> all = ask((_, _) -> slow, says(YES));
        assertThat(all).isNotDone();
        slow.complete(Verdict.NEXT);
        assertThat(all.join()).isEqualTo(YES);
    }

    @Test
    void aLongChainNeedsNoDeepStack() {
        List<Authenticator> many =
                IntStream.range(0, 50_000).mapToObj(_ -> says(Verdict.NEXT)).collect(Collectors.toList());
        many.add(says(YES));
        assertThat(new Chain(many)
                        .authenticate(CLIENT, null)
                        .toCompletableFuture()
                        .join())
                .isEqualTo(YES);
    }
}
