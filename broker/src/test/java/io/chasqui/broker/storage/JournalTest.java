package io.chasqui.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.loop.ManualLoop;
import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JournalTest {
    private static final SessionId SESSION = new SessionId(3, 9);

    private final HeldStore store = new HeldStore();
    private final ManualLoop loop = new ManualLoop(0);
    private final Map<TopicName, Message> retained = new HashMap<>();
    private final Journal journal = new Journal(store, loop, retained::get);
    private final Message message = message("m");
    private final List<String> heard = new ArrayList<>();

    /** Tells a number, or nothing. */
    private static final class Counter extends Journal.Item {
        @Nullable
        Integer value;

        @Override
        protected @Nullable Change change() {
            return value == null ? null : number(value);
        }
    }

    private static Change number(int packetId) {
        return new Change.Forgotten(SESSION, packetId);
    }

    private static Change received(int packetId) {
        return new Change.Received(SESSION, packetId);
    }

    private Change owed(long sequence) {
        return new Change.Owed(SESSION, sequence, 10, message, Qos.EXACTLY_ONCE, false, Publish.NO_IDS, null, 0, false);
    }

    private static Message message(String payload) {
        return new Message(
                TopicName.of("t"),
                payload.getBytes(StandardCharsets.UTF_8),
                Qos.AT_LEAST_ONCE,
                true,
                PublishProperties.NONE,
                "p",
                Message.NEVER);
    }

    private void succeed() {
        store.succeed();
        loop.runAll();
    }

    private void fail() {
        store.fail();
        loop.runAll();
    }

    @Test
    void aTurnIsOneBatch() {
        journal.append(number(1));
        journal.append(number(2));
        assertThat(store.given).isEmpty();
        loop.runAll();
        assertThat(store.given).containsExactly(List.of(number(1), number(2)));
    }

    @Test
    void theNextBatchGathersWhileOneIsUnderWay() {
        journal.append(number(1));
        loop.runAll();
        journal.append(number(2));
        loop.runAll();
        journal.append(number(3));
        loop.runAll();
        assertThat(store.given).hasSize(1);
        succeed();
        assertThat(store.given).containsExactly(List.of(number(1)), List.of(number(2), number(3)));
    }

    @Test
    void anItemTellsOnceHowItIsWhenItsTurnComes() {
        Counter counter = new Counter();
        counter.value = 1;
        journal.note(counter, 0);
        counter.value = 2;
        journal.note(counter, 0);
        loop.runAll();
        assertThat(store.given).containsExactly(List.of(number(2)));
        counter.value = 3;
        journal.note(counter, 0);
        succeed();
        assertThat(store.given).as("and again when it has changed again").hasSize(2);
    }

    @Test
    void whatCameAndWentIsNotTold() {
        Counter counter = new Counter();
        counter.value = 1;
        journal.note(counter, 0);
        journal.whenDecided(safe -> heard.add("safe " + safe));
        counter.value = null;
        loop.runAll();
        assertThat(store.given).isEmpty();
        assertThat(heard).containsExactly("safe true");
        assertThat(journal.isDurable()).isTrue();
    }

    @Test
    void waitersHearInOrderAndOnlyWhenTheirChangesAreSafe() {
        journal.append(number(1));
        journal.whenDurable(() -> heard.add("one"));
        loop.runAll();
        journal.append(number(2));
        journal.whenDurable(() -> heard.add("two"));
        assertThat(heard).isEmpty();
        succeed();
        assertThat(heard).containsExactly("one");
        succeed();
        assertThat(heard).containsExactly("one", "two");
        journal.whenDurable(() -> heard.add("at once"));
        assertThat(heard).hasSize(3);
    }

    @Test
    void aFailureIsHeardAtOnceAndTheBatchIsGivenAgain() {
        journal.append(number(1));
        journal.whenDecided(safe -> heard.add("first " + safe));
        journal.whenDurable(() -> heard.add("at last"));
        loop.runAll();
        journal.append(number(2));
        journal.whenDecided(safe -> heard.add("second " + safe));
        fail();
        assertThat(heard).containsExactly("first false", "second false");
        assertThat(journal.accepts()).isFalse();
        journal.whenDecided(safe -> heard.add("third " + safe));
        assertThat(heard).endsWith("third false");
        loop.advance(Duration.ofSeconds(1));
        fail();
        loop.advance(Duration.ofSeconds(1));
        assertThat(store.given).containsExactly(List.of(number(1)), List.of(number(1)), List.of(number(1)));
        succeed();
        assertThat(heard).endsWith("at last");
        assertThat(journal.accepts()).isTrue();
        assertThat(store.given).last().isEqualTo(List.of(number(2)));
    }

    @Test
    void whatIsJoinedIsDroppedWhenItFails() {
        journal.append(number(1));
        journal.join(List.of(owed(5), received(7)), kept -> heard.add("joint " + kept));
        loop.runAll();
        assertThat(store.given).containsExactly(List.of(number(1), owed(5), received(7)));
        fail();
        assertThat(heard).containsExactly("joint false");
        loop.advance(Duration.ofSeconds(1));
        assertThat(store.given)
                .last()
                .as("and undone, for it may be on the disk all the same")
                .isEqualTo(List.of(number(1), new Change.Settled(SESSION, 5, message), number(7)));
        fail();
        loop.advance(Duration.ofSeconds(1));
        assertThat(store.given).last().isEqualTo(store.given.get(1));
    }

    @Test
    void whatIsJoinedWhileABatchFailsIsDroppedToo() {
        journal.append(number(1));
        loop.runAll();
        journal.join(List.of(received(7)), kept -> heard.add("joint " + kept));
        fail();
        assertThat(heard).containsExactly("joint false");
        journal.join(List.of(received(8)), kept -> heard.add("late " + kept));
        assertThat(heard).containsExactly("joint false", "late false");
        loop.advance(Duration.ofSeconds(1));
        succeed();
        assertThat(store.given).containsExactly(List.of(number(1)), List.of(number(1)));
    }

    @Test
    void aRetainedMessageIsToldAsItIsWhenItsTurnComes() {
        TopicName topic = TopicName.of("t");
        Message last = message("last");
        retained.put(topic, message("first"));
        journal.retained(topic, retained.get(topic));
        retained.put(topic, last);
        loop.runAll();
        assertThat(store.given).containsExactly(List.of(new Change.Retained(last)));
        retained.clear();
        journal.retained(topic, null);
        succeed();
        assertThat(store.given).last().isEqualTo(List.of(new Change.Unretained(topic)));
    }

    @Test
    void isFullWhenTheStoreIsFarBehindAndTellsWhenItIsNot() {
        journal.onRelief(() -> heard.add("relief"));
        Counter counter = new Counter();
        counter.value = 1;
        journal.note(counter, 33 << 20);
        assertThat(journal.isFull()).isTrue();
        loop.runAll();
        assertThat(journal.isFull()).isTrue();
        succeed();
        assertThat(journal.isFull()).isFalse();
        assertThat(heard).containsExactly("relief");
    }

    @Test
    void aStoppingLoopHandsOverWithoutWaiting() {
        journal.append(number(1));
        loop.runAll();
        journal.append(number(2));
        journal.close();
        assertThat(store.given).hasSize(2);
        journal.append(number(3));
        loop.runAll();
        assertThat(store.given).hasSize(3);
    }

    @Test
    void reads_whenAllThatWasToldIsSafe() {
        journal.append(new Change.Kept(SESSION, "c", 1, 0, null, null));
        journal.append(
                new Change.Owed(SESSION, 5, 2, message("m"), Qos.AT_LEAST_ONCE, false, new int[0], null, 0, false));
        journal.read(
                SESSION, 1, 10, 1_000, read -> heard.add("" + read.getFirst().sequence()));
        loop.runAll();
        assertThat(heard).isEmpty();
        succeed();
        assertThat(heard).containsExactly("5");
    }
}
