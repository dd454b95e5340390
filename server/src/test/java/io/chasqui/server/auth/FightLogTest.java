package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.ClientInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FightLogTest {
    private final List<Audit.Event> events = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private long nanos;
    private final FightLog audit = new FightLog(events::add, () -> nanos, log::add);

    @Test
    void bothAddressesAreNamedAndThatOnceAMinute() {
        ClientInfo twin = People.named("tw\nin", null);
        audit.record(new Audit.Connected(twin));
        assertThat(log).isEmpty();

        audit.record(new Audit.Fight(twin, "192.0.2.2:1000"));
        assertThat(log)
                .singleElement()
                .asString()
                .contains(twin.endpoint(), "192.0.2.2:1000")
                .doesNotContain("\n");

        for (int i = 0; i < 5; i++) {
            audit.record(new Audit.Fight(twin, "192.0.2.3:1000"));
        }
        assertThat(log).hasSize(1);
        assertThat(events).as("the audit hears of all").hasSize(7);

        nanos += Duration.ofMinutes(1).toNanos();
        audit.record(new Audit.Fight(twin, "192.0.2.4:1000"));
        assertThat(log).hasSize(2).last().asString().contains("192.0.2.4:1000", "5 other pairs");
    }
}
