package io.chasqui.broker.loop;

import static io.chasqui.broker.loop.TimerWheel.TICK_NANOS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final Duration ROUND = Duration.ofNanos(1024 * TICK_NANOS);

    private final ManualLoop loop = new ManualLoop(0);
    private final TimerWheel wheel = loop.timers();
    private final List<String> ran = new ArrayList<>();

    private final class Note extends Timer {
        private final String name;
        private final Runnable also;

        Note(String name) {
            this(name, () -> {});
        }

        Note(String name, Runnable also) {
            this.name = name;
            this.also = also;
        }

        @Override
        protected void onTime() {
            assertThat(isSet()).isFalse();
            ran.add(name);
            also.run();
        }
    }

    @Test
    void set_runsOnceItsTimeHasCome() {
        wheel.set(new Note("a"), Duration.ofSeconds(1).toNanos());
        loop.advance(Duration.ofMillis(999));
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofMillis(101)); // a tick is 100 ms
        assertThat(ran).containsExactly("a");
        loop.advance(Duration.ofHours(1));
        assertThat(ran).containsExactly("a");
    }

    /** The one promise that keep alive, expiry and Will delay rest on. */
    @Property(tries = 50)
    void neverEarlyAndAtMostOneTickLate(@ForAll long seed) {
        Random random = new Random(seed);
        ManualLoop ownLoop = new ManualLoop(0);
        List<String> wrong = new ArrayList<>();
        int[] left = {0};
        for (int i = 0; i < 200; i++) {
            ownLoop.advance(Duration.ofNanos(random.nextLong(3 * TICK_NANOS)));
            long delay = random.nextLong(random.nextBoolean() ? 5 * TICK_NANOS : 3 * ROUND.toNanos());
            long due = ownLoop.nanoTime() + delay;
            left[0]++;
            ownLoop.timers()
                    .set(
                            new Timer() {
                                @Override
                                protected void onTime() {
                                    left[0]--;
                                    long late = ownLoop.nanoTime() - due;
                                    if (late < 0 || late > TICK_NANOS) {
                                        wrong.add(delay + " ns came " + late + " ns late");
                                    }
                                }
                            },
                            delay);
        }
        ownLoop.advance(ROUND.multipliedBy(4));
        assertThat(wrong).isEmpty();
        assertThat(left[0]).isZero();
        assertThat(ownLoop.timers().size()).isZero();
    }

    @Test
    void set_furtherThanOneRoundWaitsForItsRound() {
        wheel.set(new Note("far"), ROUND.multipliedBy(3).plusSeconds(1).toNanos());
        loop.advance(ROUND.multipliedBy(3));
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofMillis(1100));
        assertThat(ran).containsExactly("far");
    }

    @Test
    void set_longestDelayThatMqttKnowsIsNotEarly() {
        wheel.set(new Note("136 years"), 4_294_967_294L * 1_000_000_000L);
        wheel.set(new Note("more than there is"), Long.MAX_VALUE);
        loop.stall(Duration.ofDays(1));
        assertThat(ran).isEmpty();
        assertThat(wheel.size()).isEqualTo(2);
    }

    @Test
    void set_nowOrInThePastRunsAtTheNextTickAndNotAtOnce() {
        wheel.set(new Note("now"), 0);
        wheel.set(new Note("past"), -5);
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofNanos(TICK_NANOS));
        assertThat(ran).containsExactly("now", "past");
    }

    @Test
    void set_againTakesThePlaceOfTheEarlierSetting() {
        Note note = new Note("a");
        wheel.set(note, Duration.ofSeconds(1).toNanos());
        wheel.set(note, Duration.ofSeconds(3).toNanos());
        assertThat(wheel.size()).isEqualTo(1);
        loop.advance(Duration.ofSeconds(2));
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofMillis(1100));
        assertThat(ran).containsExactly("a");
    }

    @Test
    void cancel_forgetsAndMayBeRepeated() {
        Note note = new Note("a");
        wheel.cancel(note);
        wheel.set(note, TICK_NANOS);
        assertThat(note.isSet()).isTrue();
        wheel.cancel(note);
        wheel.cancel(note);
        assertThat(note.isSet()).isFalse();
        assertThat(wheel.size()).isZero();
        loop.advance(Duration.ofSeconds(1));
        assertThat(ran).isEmpty();
    }

    @Test
    void onTime_maySetItselfAgain() {
        Note[] self = new Note[1];
        self[0] =
                new Note("tick", () -> wheel.set(self[0], Duration.ofSeconds(1).toNanos()));
        wheel.set(self[0], 0);
        loop.advance(Duration.ofSeconds(5));
        assertThat(ran).hasSizeBetween(4, 6).containsOnly("tick");
        assertThat(wheel.size()).isEqualTo(1);
    }

    @Test
    void onTime_mayCancelAnotherThatIsDueAtTheSameTime() {
        Note second = new Note("second");
        Note third = new Note("third");
        wheel.set(new Note("first", () -> wheel.cancel(second)), TICK_NANOS);
        wheel.set(second, TICK_NANOS);
        wheel.set(third, TICK_NANOS);
        loop.advance(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("first", "third");
    }

    @Test
    void onTime_maySetAnotherThatIsDueAtTheSameTimeToLater() {
        Note second = new Note("second");
        wheel.set(
                new Note("first", () -> wheel.set(second, Duration.ofSeconds(1).toNanos())), TICK_NANOS);
        wheel.set(second, TICK_NANOS);
        loop.advance(Duration.ofMillis(500));
        assertThat(ran).containsExactly("first");
        loop.advance(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void onTime_thatFailsTakesNoOtherTimerWithIt() {
        wheel.set(
                new Note("bad", () -> {
                    throw new IllegalStateException("a fault of ours");
                }),
                TICK_NANOS);
        wheel.set(new Note("same tick"), TICK_NANOS);
        wheel.set(new Note("later"), 5 * TICK_NANOS);
        assertThatThrownBy(() -> loop.advance(Duration.ofNanos(TICK_NANOS)))
                .as("the loop hears of it")
                .isInstanceOf(IllegalStateException.class);
        loop.advance(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("bad", "same tick", "later");
        assertThat(loop.isIdle()).isTrue();
    }

    @Test
    void isIdleWhenNoTimerIsSet() {
        assertThat(loop.isIdle()).isTrue();
        Note note = new Note("a");
        wheel.set(note, Duration.ofSeconds(1).toNanos());
        assertThat(loop.isIdle()).isFalse();
        wheel.cancel(note);
        loop.advance(Duration.ofSeconds(1));
        assertThat(loop.isIdle()).as("the last tick found nothing to wait for").isTrue();

        loop.advance(Duration.ofDays(3)); // and starts again at the right place
        wheel.set(note, Duration.ofSeconds(1).toNanos());
        loop.advance(Duration.ofMillis(999));
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofMillis(101));
        assertThat(ran).containsExactly("a");
    }

    @Test
    void aStalledLoopCatchesUpWithoutLosingOrRepeatingAny() {
        for (int i = 1; i <= 50; i++) {
            wheel.set(new Note("t" + i), i * 10L * TICK_NANOS);
        }
        loop.stall(ROUND.multipliedBy(2));
        assertThat(ran).hasSize(50).doesNotHaveDuplicates();
        assertThat(loop.isIdle()).isTrue();
    }

    @Test
    void hundredThousandTimersOfOneBucketCostNoMoreThanTheirNumber() {
        List<Note> notes = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            notes.add(new Note("n"));
            wheel.set(notes.getLast(), TICK_NANOS);
        }
        for (int i = 0; i < 50_000; i++) {
            wheel.cancel(notes.get(i * 2));
        }
        loop.advance(Duration.ofSeconds(1));
        assertThat(ran).hasSize(50_000);
    }
}
