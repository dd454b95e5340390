package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class OutageTest {
    private final List<String> log = new ArrayList<>();
    private long nanos;
    private final Outage outage = new Outage("the directory", () -> nanos, log::add);

    @Test
    void itIsSaidAtOnceThenOnceAMinuteAndWhenItIsOver() {
        outage.answered();
        assertThat(log).isEmpty();

        for (int i = 0; i < 1_000; i++) {
            outage.failed("no connection");
        }
        assertThat(log)
                .containsExactly("the directory gives no answer, and nobody gets in by it (1 refused): no connection");

        nanos += Duration.ofMinutes(1).toNanos();
        outage.failed("not in time");
        outage.failed("not in time");
        assertThat(log)
                .hasSize(2)
                .last()
                .isEqualTo("the directory still gives no answer, and nobody gets in by it (1000 refused): not in time");

        outage.answered();
        outage.answered();
        assertThat(log).hasSize(3).last().isEqualTo("the directory answers again (1 more refused meanwhile)");

        outage.failed("no connection");
        assertThat(log).hasSize(4);
    }

    @Test
    void theReasonIsForPeople() {
        assertThat(Outage.reason(new CompletionException(new ConnectException())))
                .isEqualTo("no connection");
        assertThat(Outage.reason(new ExecutionException(new IOException("status 500"))))
                .isEqualTo("status 500");
        assertThat(Outage.reason(new TimeoutException())).isEqualTo("not in time");
        assertThat(Outage.reason(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
    }
}
