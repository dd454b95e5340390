package io.chasqui.broker.routing;

import static io.chasqui.broker.routing.Network.message;
import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Back pressure between loops: a loop that falls behind has publishers elsewhere wait, in bounded memory. */
class LaneTest {
    private static final int MESSAGE_BYTES = 1 << 20;
    private static final String PAYLOAD = "x".repeat(MESSAGE_BYTES);

    private final Network network = new Network(3);
    private final Router source = network.routers.getFirst();
    private final Message large = message("p", "t", PAYLOAD, AT_MOST_ONCE);
    private final AtomicInteger resumed = new AtomicInteger();
    private int received;

    private final class Counting implements Subscriber {
        private final int home;

        Counting(int home) {
            this.home = home;
        }

        @Override
        public String clientId() {
            return "counting";
        }

        @Override
        public int home() {
            return home;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public boolean isIdle() {
            return true;
        }

        @Override
        public boolean deliver(Message message, Route route, @Nullable List<Pledge> joint) {
            received++;
            return true;
        }
    }

    private int fill() {
        int sent = 0;
        while (!source.isFull()) {
            source.route(large, null);
            sent++;
            if (sent % 4 == 0) {
                network.loops.getFirst().turn(); // a batch leaves
            }
            assertThat(sent).isLessThan(1_000);
        }
        return sent;
    }

    @Test
    void isFullAt32MebibytesAndNotBefore() {
        network.subscribe(new Counting(1), "t", AT_LEAST_ONCE);
        assertThat(fill()).isEqualTo((int) (Lane.MAX_AHEAD / MESSAGE_BYTES));
    }

    /** Else a flood of empty messages would be unbounded. */
    @Test
    void emptyMessagesFillItToo() {
        network.subscribe(new Counting(1), "t", AT_LEAST_ONCE);
        Message empty = message("p", "t", "", AT_MOST_ONCE);
        int sent = 0;
        while (!source.isFull()) {
            source.route(empty, null);
            sent++;
        }
        assertThat(sent).isBetween(100_000, 140_000);
    }

    @Test
    void publishersResumeWhenTheTargetHasWorkedOffHalf() {
        network.subscribe(new Counting(1), "t", AT_LEAST_ONCE);
        int sent = fill();
        source.onRoom(resumed::incrementAndGet);
        source.onRoom(resumed::incrementAndGet);
        network.loops.getFirst().runAll();
        assertThat(resumed).as("the target has done nothing yet").hasValue(0);
        assertThat(source.isFull()).isTrue();

        network.settle();
        assertThat(received).isEqualTo(sent);
        assertThat(resumed).as("each once").hasValue(2);
        assertThat(source.isFull()).isFalse();
        assertThat(fill()).as("and it can be filled again").isEqualTo(sent);
    }

    @Test
    void itIsNotEnoughThatOneOfTwoTargetsHasRoom() {
        network.subscribe(new Counting(1), "t", AT_LEAST_ONCE);
        network.subscribe(new Counting(2), "t", AT_LEAST_ONCE);
        fill();
        source.onRoom(resumed::incrementAndGet);
        network.loops.get(0).runAll();
        network.loops.get(1).runAll();
        network.loops.get(0).runAll();
        assertThat(resumed).hasValue(0);
        network.settle();
        assertThat(resumed).hasValue(1);
    }

    @Test
    void oneWhoAsksWhenThereIsRoomAgainIsResumedAtOnce() {
        network.subscribe(new Counting(1), "t", AT_LEAST_ONCE);
        fill();
        network.loops.get(0).runAll();
        network.loops.get(1).runAll(); // worked off before anyone asked
        source.onRoom(resumed::incrementAndGet);
        assertThat(resumed).hasValue(1);
    }

    @Test
    void whatHasGatheredLeavesWhenAPublisherWaits() {
        network.subscribe(new Counting(1), "t", AT_LEAST_ONCE);
        while (!source.isFull()) {
            source.route(large, null);
        }
        source.onRoom(resumed::incrementAndGet);
        assertThat(network.loops.get(1).hasTasks())
                .as("without waiting for the end of the turn")
                .isTrue();
    }

    @Test
    void subscribersOfTheSameLoopNeverMakeItFull() {
        network.subscribe(new Counting(0), "t", AT_LEAST_ONCE);
        for (int i = 0; i < 100; i++) {
            source.route(large, null);
        }
        assertThat(source.isFull()).isFalse();
        assertThat(received).isEqualTo(100);
    }
}
