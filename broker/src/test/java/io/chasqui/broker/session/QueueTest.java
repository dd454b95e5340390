package io.chasqui.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import java.util.ArrayDeque;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class QueueTest {
    private static Route route() {
        return new Subscription(
                        new Stage().connect("c", new RecordingLink()),
                        TopicFilter.of("t"),
                        new SubscriptionOptions(Qos.AT_LEAST_ONCE),
                        0)
                .route();
    }

    private static Message message(String payload) {
        return Stage.message("t", payload, Qos.AT_LEAST_ONCE, false, Message.NEVER);
    }

    @Test
    void countsBytesOfPayloadAndTopic() {
        Queue queue = new Queue();
        queue.add(message("12345"), route(), null);
        assertThat(queue.bytes()).isEqualTo(6);
        queue.add(message(""), route(), null);
        assertThat(queue.bytes()).isEqualTo(7);
        queue.removeFirst();
        assertThat(queue.bytes()).isEqualTo(1);
        queue.removeFirst();
        assertThat(queue.bytes()).isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void keepsMessageAndRouteTogether() {
        Queue queue = new Queue();
        Route one = route();
        Route two = route();
        queue.add(message("1"), one, null);
        queue.add(message("2"), two, null);
        assertThat(queue.firstRoute()).isSameAs(one);
        queue.removeFirst();
        assertThat(queue.firstRoute()).isSameAs(two);
    }

    /** Against a deque: the ring wraps at every place, grows while wrapped, and is given back after a burst. */
    @Property(tries = 20)
    void isFirstInFirstOut(@ForAll long seed) {
        Random random = new Random(seed);
        Route route = route();
        Queue queue = new Queue();
        ArrayDeque<Message> model = new ArrayDeque<>();
        long bytes = 0;
        for (int phase = 0; phase < 8; phase++) {
            int adds = random.nextInt(8);
            for (int step = 0; step < 2_000; step++) {
                if (random.nextInt(8) < adds) {
                    Message message = message("x".repeat(random.nextInt(5)));
                    queue.add(message, route, null);
                    model.add(message);
                    bytes += message.bytes();
                } else if (!model.isEmpty()) {
                    assertThat(queue.firstMessage()).isSameAs(model.peek());
                    bytes -= model.remove().bytes();
                    queue.removeFirst();
                }
                assertThat(queue.size()).isEqualTo(model.size());
                assertThat(queue.bytes()).isEqualTo(bytes);
            }
        }
        while (!model.isEmpty()) {
            assertThat(queue.firstMessage()).isSameAs(model.remove());
            queue.removeFirst();
        }
        assertThat(queue.isEmpty()).isTrue();
    }
}
