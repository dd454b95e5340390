package io.chasqui.broker.routing;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fates.Ended;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FatesTest {
    private final ManualLoop loop = new ManualLoop(0);
    private final Fates fates = new Fates(loop);

    private static Message message(String publisher, String topic) {
        return Network.message(publisher, topic, "", AT_LEAST_ONCE);
    }

    @Test
    void answersWhyAMessageDidNotArrive() {
        loop.advance(Duration.ofSeconds(7));
        fates.record(Fate.EXPIRED, message("pub", "t"), "sub");
        Ended ended = fates.ofTopic("t").getFirst();
        assertThat(ended).isEqualTo(new Ended(Fate.EXPIRED, loop.wallMillis(), "t", AT_LEAST_ONCE, "pub", "sub"));
        assertThat(fates.ofClient("sub")).containsExactly(ended);
        assertThat(fates.ofClient("pub")).isEmpty();
        assertThat(fates.ofTopic("other")).isEmpty();
    }

    @Test
    void aMessageWithoutReceiverIsRememberedForItsPublisher() {
        fates.record(Fate.NO_SUBSCRIBER, message("pub", "t"), null);
        assertThat(fates.ofClient("pub"))
                .singleElement()
                .satisfies(ended -> assertThat(ended.receiver()).isEmpty());
    }

    @Test
    void countsByReasonAndDeliveriesToo() {
        fates.record(Fate.EXPIRED, message("p", "t"), "a");
        fates.record(Fate.EXPIRED, message("p", "t"), "b");
        fates.delivered(message("p", "t"), "c");
        assertThat(fates.count(Fate.EXPIRED)).isEqualTo(2);
        assertThat(fates.count(Fate.DELIVERED)).isEqualTo(1);
        assertThat(fates.count(Fate.QUEUE_FULL)).isZero();
        assertThat(fates.ofClient("c")).as("deliveries are not remembered").isEmpty();
        long[] copy = fates.counts();
        copy[0]++;
        assertThat(fates.counts()).isNotEqualTo(copy);
    }

    @Test
    void remembersTheLastFewOfEachOldestFirst() {
        for (int i = 0; i < 3 * Fates.LAST; i++) {
            fates.record(Fate.EXPIRED, message("p" + i, "t"), "sub");
            List<String> expected = new ArrayList<>();
            for (int k = Math.max(0, i - Fates.LAST + 1); k <= i; k++) {
                expected.add("p" + k);
            }
            assertThat(fates.ofTopic("t")).extracting(Ended::publisher).isEqualTo(expected);
            assertThat(fates.ofClient("sub")).extracting(Ended::publisher).isEqualTo(expected);
        }
    }

    @Test
    void remembersOnlyTheMostRecentTopicsAndClients() {
        for (int i = 0; i < 2 * Fates.KEYS; i++) {
            fates.record(Fate.NO_SUBSCRIBER, message("c" + i, "t" + i), null);
            fates.record(Fate.EXPIRED, message("p", "kept"), "stays"); // in use, so it stays
        }
        int topics = 0;
        int clients = 0;
        for (int i = 0; i < 2 * Fates.KEYS; i++) {
            topics += fates.ofTopic("t" + i).size();
            clients += fates.ofClient("c" + i).size();
        }
        assertThat(topics).isEqualTo(Fates.KEYS - 1);
        assertThat(clients).isEqualTo(Fates.KEYS - 1);
        assertThat(fates.ofTopic("kept")).hasSize(Fates.LAST);
        assertThat(fates.ofClient("stays")).hasSize(Fates.LAST);
        assertThat(fates.count(Fate.NO_SUBSCRIBER)).as("counted all the same").isEqualTo(2L * Fates.KEYS);
    }

    /** Topic Names and Client Identifiers have up to 65,535 bytes; what is remembered of them has a bound of its own. */
    @Test
    void longNamesAreCutShortAndFoundAllTheSame() {
        String topic = "t/" + "x".repeat(65_533);
        String client = "c".repeat(65_535);
        fates.record(Fate.EXPIRED, message(client, topic), client);
        Ended ended = fates.ofTopic(topic).getFirst();
        assertThat(fates.ofClient(client)).containsExactly(ended);
        assertThat(List.of(ended.topic(), ended.publisher(), ended.receiver()))
                .allSatisfy(name -> assertThat(name).hasSize(Fates.LONGEST));
        assertThat(topic).startsWith(ended.topic());
    }

    @Test
    void tellsItsObserver() {
        List<String> seen = new ArrayList<>();
        fates.observe((fate, message, receiver) -> seen.add(fate + " " + message.topic() + " " + receiver));
        fates.delivered(message("p", "a"), "c");
        fates.record(Fate.NO_SUBSCRIBER, message("p", "b"), null);
        assertThat(seen).containsExactly("DELIVERED a c", "NO_SUBSCRIBER b null");
    }

    @Test
    void everyFateHasALabelOfItsOwnFitForATopic() {
        assertThat(Fate.values())
                .extracting(Fate::label)
                .doesNotHaveDuplicates()
                .allMatch(l -> l.matches("[a-z0-9-]+"));
    }
}
