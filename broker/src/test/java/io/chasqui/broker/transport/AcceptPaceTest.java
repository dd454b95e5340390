package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** No more connections a second than there may be. */
class AcceptPaceTest {
    private long now;

    /** A hundred a second, and a tenth of a second saved up. */
    private final EmbeddedChannel server = new EmbeddedChannel(new AcceptPace(100, () -> now));

    /** Accepts for as long as the channel reads. */
    private int accept() {
        int accepted = 0;
        while (server.config().isAutoRead()) {
            server.writeInbound("a connection");
            accepted++;
        }
        return accepted;
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        server.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        server.runScheduledPendingTasks();
    }

    @Test
    void afterAFewAtOnceTheyComeAtTheirPace() {
        assertThat(accept()).isEqualTo(11);
        int inASecond = 0;
        for (int i = 0; i < 100; i++) {
            pass(10);
            inASecond += accept();
        }
        assertThat(inASecond).isBetween(99, 101);
    }

    @Test
    void unusedTimeIsSavedUpForATenthOfASecond() {
        accept();
        pass(60_000);
        assertThat(accept()).isEqualTo(11);
    }

    @Test
    void aFloodComesInOneAfterTheOther() {
        Server slow = new Server();
        slow.change = listener -> listener.withConnectRate(20);
        try (slow) {
            slow.start();
            long start = System.nanoTime();
            List<SocketClient> clients = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                clients.add(new SocketClient(slow.port())); // the system lets them wait
            }
            for (int i = 0; i < 40; i++) {
                clients.get(i).connect("c" + i, 0);
            }
            assertThat(System.nanoTime() - start)
                    .isGreaterThan(TimeUnit.SECONDS.toNanos(1)); // of two, less those saved
            clients.forEach(SocketClient::close);
        }
    }
}
