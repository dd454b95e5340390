package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No more connections a second than there may be. */
class AcceptPaceTest {
    private long now;

    /** A hundred a second, and a tenth of a second saved up. */
    private final EmbeddedChannel server = new EmbeddedChannel(new AcceptPace(100, 5, () -> now));

    @BeforeEach
    void freezeTime() {
        server.freezeTime(); // but for what passes here
    }

    /** Lets clients come until one has to wait: it is one of those that come later. */
    private int accept() {
        int accepted = letIn();
        do {
            server.writeInbound(new EmbeddedChannel());
        } while (letIn() == 1 && ++accepted > 0);
        return accepted;
    }

    private int letIn() {
        int count = 0;
        while (server.readInbound() != null) {
            count++;
        }
        return count;
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
    void thoseForWhomTheQueueHasNoRoomAreToldSo() {
        assertThat(accept()).isEqualTo(11); // and one waits
        for (int i = 0; i < 4; i++) {
            server.writeInbound(new EmbeddedChannel());
        }
        assertThat(letIn()).isZero();
        EmbeddedChannel tooMuch = new EmbeddedChannel();
        server.writeInbound(tooMuch);
        Object next = server.readInbound();
        assertThat(next).isSameAs(tooMuch);
        assertThat(tooMuch.attr(AcceptPace.BUSY).get()).isTrue();
        pass(50);
        assertThat(letIn()).isEqualTo(5);
    }

    @Test
    void aClosedDoorClosesThoseWhoWait() {
        accept();
        EmbeddedChannel waits = new EmbeddedChannel();
        server.writeInbound(waits);
        server.close();
        assertThat(waits.isOpen()).isFalse();
    }

    @Test
    void aFloodComesInOneAfterTheOther() {
        Server slow = new Server();
        slow.change = listener -> listener.withConnectRate(20, 1_000);
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
