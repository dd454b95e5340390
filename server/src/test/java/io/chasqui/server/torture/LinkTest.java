package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinkTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /** 64 MB are more than the inbox and the sockets of both ends hold. */
    @Test
    void aFloodIsHeldBackByTheInboxAndNothingOfItIsLost() throws Exception {
        int count = 16_384;
        Publish publish = new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[4_096]);
        try (Counterpart broker = new Counterpart();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> flood = threads.submit((Callable<@Nullable Void>) () -> {
                try (Counterpart.Conversation conversation = broker.accept(false)) {
                    for (int i = 0; i < count; i++) {
                        conversation.write(publish);
                    }
                }
                return null;
            });
            Arena arena = broker.arena();
            try (Link link = arena.dial(Connect.of(MqttVersion.V5, "c", true, 60))) {
                while (link.waiting() < Link.INBOX) {
                    Thread.onSpinWait();
                }
                assertThat(flood.isDone()).isFalse();
                for (int i = 0; i < count; i++) {
                    assertThat(link.next(LONG)).isInstanceOf(Publish.class);
                    assertThat(link.waiting()).isLessThanOrEqualTo(Link.INBOX);
                }
                assertThatThrownBy(() -> link.next(LONG)).isInstanceOf(LinkLostException.class);
            }
            flood.get(30, TimeUnit.SECONDS);
        }
    }

    /** A reader that waits for room in the inbox must not outlive its link. */
    @Test
    void closingFreesAReaderThatIsHeldBack() throws Exception {
        Publish publish = new Publish(false, Qos.AT_MOST_ONCE, false, TopicName.of("a"), 0, new byte[10]);
        try (Counterpart broker = new Counterpart();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> flood = threads.submit((Callable<@Nullable Void>) () -> {
                try (Counterpart.Conversation conversation = broker.accept(false)) {
                    for (int i = 0; i < 2 * Link.INBOX; i++) {
                        conversation.write(publish);
                    }
                }
                return null;
            });
            Link link = broker.arena().dial(Connect.of(MqttVersion.V5, "c", true, 60));
            flood.get(30, TimeUnit.SECONDS);
            while (link.waiting() < Link.INBOX) {
                Thread.onSpinWait();
            }
            link.close();
            assertThat(link.awaitReader(LONG)).isTrue();
        }
    }

    @Test
    void aBrokerThatSaysNothingIsGivenUp() throws Exception {
        try (Counterpart broker = new Counterpart()) {
            TortureSettings settings = broker.arena().settings;
            assertThatThrownBy(() -> Link.open(
                            settings.address(),
                            Connect.of(MqttVersion.V5, "c", true, 60),
                            Duration.ofMillis(50),
                            breach -> {}))
                    .isInstanceOf(LinkLostException.class)
                    .hasMessageContaining("no CONNACK within");
        }
    }
}
