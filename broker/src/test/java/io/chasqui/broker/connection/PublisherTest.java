package io.chasqui.broker.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Fates;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the embedding program publishes: each message is answered, and each that is refused ends in a fate. */
class PublisherTest {
    private final House house = new House(1);

    private CompletableFuture<ReasonCode> publish(Message message) {
        return house.cores().getFirst().publisher().publish(message, Publish.ABSENT);
    }

    private static Message retained(String topic) {
        return Message.of(topic, "m").withRetain(true);
    }

    private long count(Fate fate) {
        return house.cores().getFirst().fates().count(fate);
    }

    @Test
    void messagesBeyondThoseThatMayBeOpenEndInAFate() {
        List<CompletableFuture<ReasonCode>> answers = new ArrayList<>();
        for (int i = 0; i < Publisher.MESSAGES + 3; i++) {
            answers.add(publish(Message.of(i < Publisher.MESSAGES ? "t" : "t/" + i, "m")));
        }
        assertThat(answers.subList(Publisher.MESSAGES, answers.size()))
                .allSatisfy(answer -> assertThat(answer).isCompletedWithValue(ReasonCode.QUOTA_EXCEEDED));
        house.settle();
        assertThat(answers.getFirst()).isCompletedWithValue(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThat(house.fates)
                .filteredOn(fate -> fate.startsWith("QUOTA"))
                .containsExactly("QUOTA_EXCEEDED t/10000", "QUOTA_EXCEEDED t/10001", "QUOTA_EXCEEDED t/10002");
        assertThat(count(Fate.NO_SUBSCRIBER)).isEqualTo(Publisher.MESSAGES);
        assertThat(house.cores().getFirst().fates().ofTopic("t/10001"))
                .extracting(Fates.Ended::fate)
                .containsExactly(Fate.QUOTA_EXCEEDED);
    }

    /** What is refused is held until the loop has told of it, and that has a limit, too: beyond it messages are counted only. */
    @Test
    void bytesBeyondThoseThatMayBeOpenAreCountedHoweverMany() {
        byte[] large = new byte[1_000_000];
        int open = (int) (Publisher.BYTES / large.length);
        for (int i = 0; i < 3 * open; i++) {
            publish(Message.of("t", large));
        }
        house.settle();
        assertThat(count(Fate.QUOTA_EXCEEDED)).isEqualTo(2L * open);
        assertThat(count(Fate.NO_SUBSCRIBER)).isEqualTo(open);
        assertThat(Collections.frequency(house.fates, "QUOTA_EXCEEDED t"))
                .as("held and told of")
                .isBetween(open - 1, open);
        publish(Message.of("t", large));
        house.settle();
        assertThat(count(Fate.NO_SUBSCRIBER)).as("there is room again").isEqualTo(open + 1);
    }

    @Test
    void aRetainedMessageWithoutRoomEndsInAFate() {
        house.retainedMessages = 1;
        publish(retained("a"));
        CompletableFuture<ReasonCode> second = publish(retained("b"));
        house.settle();
        assertThat(second).isCompletedWithValue(ReasonCode.QUOTA_EXCEEDED);
        assertThat(house.fates).containsExactly("NO_SUBSCRIBER a", "QUOTA_EXCEEDED b");
    }

    @Test
    void whatIsHandedOverWhileTheBrokerStopsEndsInAFate() {
        house.client("s").subscribe(1, "t", Qos.AT_LEAST_ONCE);
        CompletableFuture<ReasonCode> before = publish(Message.of("t", "m"));
        house.cores().getFirst().stop();
        CompletableFuture<ReasonCode> after = publish(Message.of("u", "m"));
        house.settle();
        assertThat(before).isCompletedWithValue(ReasonCode.SERVER_SHUTTING_DOWN);
        assertThat(after).isCompletedWithValue(ReasonCode.SERVER_SHUTTING_DOWN);
        assertThat(house.fates).containsExactly("SHUTTING_DOWN t", "SHUTTING_DOWN u");
    }
}
