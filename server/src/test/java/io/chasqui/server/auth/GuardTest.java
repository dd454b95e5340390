package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Conduct.OverLimit;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.config.SecuritySettings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GuardTest {
    private static final Verdict BANNED = Verdict.refused(ReasonCode.BANNED, null);
    private long nanos;
    private int asked;
    private Verdict answer = PasswordAuthenticator.REFUSED;

    private Guard guard(int failures, int connections) {
        SecuritySettings.Guard settings = new SecuritySettings.Guard(
                failures, Duration.ofMinutes(1), Duration.ofMinutes(10), connections, true, 0, 0, OverLimit.SLOW);
        Authenticator behind = new Authenticator() {
            @Override
            public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
                asked++;
                return CompletableFuture.completedFuture(answer);
            }
        };
        return new Guard(behind, settings, () -> nanos);
    }

    private static Verdict ask(Guard guard, String address, @Nullable String user) {
        return guard.authenticate(People.at(address, "c", user), null)
                .toCompletableFuture()
                .join();
    }

    @Test
    void anAddressThatTriesIsBannedForAWhile() {
        Guard guard = guard(3, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(ask(guard, "192.0.2.1", "u" + i)).isEqualTo(PasswordAuthenticator.REFUSED);
        }
        assertThat(ask(guard, "192.0.2.1", "other")).isEqualTo(BANNED);
        assertThat(asked).as("no password is looked at").isEqualTo(3);
        assertThat(ask(guard, "192.0.2.2", "other")).isEqualTo(PasswordAuthenticator.REFUSED);
        nanos += Duration.ofMinutes(10).toNanos();
        answer = Verdict.ACCEPTED;
        assertThat(ask(guard, "192.0.2.1", "other")).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void oldFailuresDoNotCount() {
        Guard guard = guard(3, 0);
        for (int i = 0; i < 20; i++) {
            assertThat(ask(guard, "192.0.2.1", "u")).isEqualTo(PasswordAuthenticator.REFUSED);
            nanos += Duration.ofSeconds(61).toNanos();
        }
    }

    @Test
    void aUserNameIsBannedWhateverTheAddress() {
        Guard guard = guard(3, 0);
        for (int i = 0; i < 3 * Guard.USER_FACTOR; i++) {
            assertThat(ask(guard, "198.51.100." + i, "ann")).isEqualTo(PasswordAuthenticator.REFUSED);
        }
        assertThat(ask(guard, "203.0.113.1", "ann")).isEqualTo(BANNED);
        assertThat(ask(guard, "203.0.113.1", "bob")).isEqualTo(PasswordAuthenticator.REFUSED);
        answer = Verdict.ACCEPTED;
        assertThat(ask(guard, "127.0.0.1", "ann")).as("from this machine").isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void thisMachineIsNeverBannedOrLimited() {
        Guard guard = guard(3, 1);
        for (int i = 0; i < 100; i++) {
            assertThat(ask(guard, "127.0.0.1", "ann")).isEqualTo(PasswordAuthenticator.REFUSED);
            assertThat(ask(guard, "::1", "ann")).isEqualTo(PasswordAuthenticator.REFUSED);
        }
        assertThat(guard.size()).isZero();
    }

    @Test
    void failuresAreSlowedBeforeTheBan() {
        Guard guard = guard(100, 0);
        for (int i = 0; i < Guard.PATIENCE; i++) {
            assertThat(guard.authenticate(People.named("c", "u"), null).toCompletableFuture())
                    .isCompleted();
        }
        CompletableFuture<Verdict> slowed =
                guard.authenticate(People.named("c", "u"), null).toCompletableFuture();
        assertThat(slowed).isNotCompleted();
        assertThat(asked).isEqualTo(Guard.PATIENCE);
        assertThat(slowed.join()).isEqualTo(PasswordAuthenticator.REFUSED);
    }

    @Test
    void connectionsOfAnAddressAreLimited() {
        answer = Verdict.ACCEPTED;
        Guard guard = guard(0, 5);
        AtomicInteger in = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            if (ask(guard, "192.0.2.1", null).equals(Verdict.ACCEPTED)) {
                in.incrementAndGet();
            }
        }
        assertThat(in).hasValue(50); // a burst of ten seconds' worth
        assertThat(ask(guard, "192.0.2.1", null)).isEqualTo(Verdict.refused(ReasonCode.CONNECTION_RATE_EXCEEDED, null));
        assertThat(ask(guard, "192.0.2.2", null)).isEqualTo(Verdict.ACCEPTED);
        nanos += Duration.ofSeconds(1).toNanos();
        for (int i = 0; i < 5; i++) {
            assertThat(ask(guard, "192.0.2.1", null)).isEqualTo(Verdict.ACCEPTED);
        }
        assertThat(ask(guard, "192.0.2.1", null)).isNotEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void theTablesHaveALimit() {
        Guard guard = guard(1_000, 0);
        for (int i = 0; i < Guard.MOST + 1_000; i++) {
            ask(guard, "10." + (i >> 16) + "." + (i >> 8 & 0xff) + "." + (i & 0xff), "u" + i);
        }
        assertThat(guard.size()).isEqualTo(2 * Guard.MOST);
    }
}
