package io.chasqui.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetainedTest {
    private final Retained retained = new Retained(3, 20);
    private final Journal journal = new Journal(new MemoryStore(), new ManualLoop(0), retained::get);

    private static Message message(String topic, String payload) {
        return Network.message("p", topic, payload, Qos.AT_LEAST_ONCE);
    }

    private boolean update(String topic, String payload) {
        return retained.update(message(topic, payload), journal);
    }

    private List<String> matching(String filter) {
        List<String> found = new ArrayList<>();
        var cursor = retained.matching(TopicFilter.of(filter));
        while (!cursor.isDone()) {
            Message message = cursor.next(10);
            if (message != null) {
                found.add(message.topic() + "=" + new String(message.payload(), StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    @Test
    void mqtt5_3_3_1_5_theLastOneOfATopicIsKept() {
        assertThat(update("a", "1")).isTrue();
        assertThat(update("a", "22")).isTrue();
        assertThat(matching("#")).containsExactly("a=22");
        assertThat(retained.count()).isEqualTo(1);
        assertThat(retained.bytes()).isEqualTo(3);
    }

    @Test
    void mqtt5_3_3_1_6_anEmptyPayloadRemovesItAndIsNotKept() {
        update("a", "1");
        assertThat(update("a", "")).isTrue();
        assertThat(update("never/was", "")).isTrue();
        assertThat(matching("#")).isEmpty();
        assertThat(retained.count()).isZero();
        assertThat(retained.bytes()).isZero();
    }

    @Test
    void theirNumberIsLimitedAndReplacingAndRemovingGoOn() {
        assertThat(update("a", "1")).isTrue();
        assertThat(update("b", "1")).isTrue();
        assertThat(update("c", "1")).isTrue();
        assertThat(update("d", "1")).isFalse();
        assertThat(update("b", "2")).as("in place").isTrue();
        assertThat(update("a", "")).isTrue();
        assertThat(update("d", "1")).isTrue();
        assertThat(matching("#")).containsExactlyInAnyOrder("b=2", "c=1", "d=1");
        assertThat(retained.count()).isEqualTo(3);
    }

    @Test
    void figuresOfTheBrokerTakeNoRoomOfClientsAndNeedNone() {
        for (int i = 0; i < 100; i++) {
            assertThat(update("$SYS/broker/" + i, "1")).isTrue();
        }
        assertThat(update("a", "x".repeat(9))).isTrue();
        assertThat(update("b", "x".repeat(5))).isTrue();
        assertThat(update("c", "1")).isTrue();
        assertThat(update("d", "")).isTrue();
        assertThat(update("d", "1")).as("the fourth").isFalse();
        assertThat(update("c", "123")).as("20 bytes").isTrue();
        assertThat(update("c", "1234")).as("21 bytes").isFalse();
        assertThat(update("$SYS/broker/x", "1")).isTrue();
        assertThat(retained.count()).as("all there are").isEqualTo(104);
    }

    @Test
    void theirBytesAreLimited() {
        assertThat(update("a", "x".repeat(9))).isTrue();
        assertThat(update("b", "x".repeat(10))).as("21 bytes with the topics").isFalse();
        assertThat(update("b", "x".repeat(9))).isTrue();
        assertThat(update("c", "")).isTrue();
        assertThat(update("a", "x".repeat(10))).as("in place, but larger").isFalse();
        assertThat(matching("a")).as("the one before stays").containsExactly("a=" + "x".repeat(9));
        assertThat(update("a", "y".repeat(9))).isTrue();
        assertThat(update("a", "y")).isTrue();
        assertThat(update("b", "x".repeat(15))).isTrue();
        assertThat(retained.bytes()).isEqualTo(18);
    }

    @Test
    void u5_43_anExpiredOneIsRemovedUnlessItHasBeenReplaced() {
        Message old = message("a", "old");
        retained.update(old, journal);
        retained.update(message("a", "new"), journal);
        retained.expire(old, journal);
        assertThat(matching("a")).containsExactly("a=new");
        Message last = message("a", "last");
        retained.update(last, journal);
        retained.expire(last, journal);
        retained.expire(last, journal);
        assertThat(matching("#")).isEmpty();
        assertThat(retained.count()).isZero();
        assertThat(retained.bytes()).isZero();
    }

    @Test
    void aWalkSeesEachTopicAsItIsWhenItComesBy() {
        update("a", "1");
        update("b", "1");
        var cursor = retained.matching(TopicFilter.of("#"));
        Message first = cursor.next(10);
        assertThat(first).isNotNull();
        String other = first.topic().name().equals("a") ? "b" : "a";
        update(other, "2");
        Message second = null;
        while (second == null && !cursor.isDone()) {
            second = cursor.next(10);
        }
        assertThat(second).isNotNull();
        assertThat(second.payload()).asString(StandardCharsets.UTF_8).isEqualTo("2");
    }
}
