package io.chasqui.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Security;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.connection.Policy;
import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.RetainedSweep;
import io.chasqui.broker.session.SessionLimits;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetainedSweepTest {
    private final ManualLoop loop = new ManualLoop(0);
    private final Engine engine = new Engine(
            new Engine.Setup(
                    1,
                    new Policy(1 << 20, 10, 0, 0, Qos.EXACTLY_ONCE, 10, 100, 0, 1, true, true, true, true, false, true),
                    new SessionLimits(10, 10, 1_000, 1_000, 1_000, SessionLimits.Overflow.REFUSE),
                    10,
                    10,
                    100_000,
                    1 << 30,
                    Security.OPEN,
                    new MemoryStore()),
            List.of(loop));
    private final Core core = engine.cores().getFirst();

    private void retain(String topic, long expirySeconds) {
        long expiresAt = expirySeconds == 0 ? Message.NEVER : Message.expiresAt(expirySeconds, loop);
        core.sessions()
                .publish(new Message(
                        TopicName.of(topic),
                        new byte[] {1},
                        Qos.AT_MOST_ONCE,
                        true,
                        PublishProperties.NONE,
                        "p",
                        expiresAt));
    }

    /** A retained message that expires leaves nothing retained, also where nobody looks. */
    @Test
    void u5_43_expiredMessagesAreGoneAMinuteLater() {
        for (int i = 0; i < 30_000; i++) { // more than one tick looks at
            retain("t/" + i, i % 2 == 0 ? 30 : 0);
        }
        new RetainedSweep(core.router()).start();
        loop.runAll();
        assertThat(engine.topics().retained().count()).isEqualTo(30_000);
        loop.advance(Duration.ofSeconds(59));
        assertThat(engine.topics().retained().count()).isEqualTo(30_000);
        loop.advance(Duration.ofSeconds(6));
        assertThat(engine.topics().retained().count()).isEqualTo(15_000);
        retain("late", 1);
        loop.advance(Duration.ofSeconds(130));
        assertThat(engine.topics().retained().count()).isEqualTo(15_000);
    }
}
