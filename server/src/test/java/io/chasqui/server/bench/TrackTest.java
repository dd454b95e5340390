package io.chasqui.server.bench;

import static io.chasqui.server.bench.Track.Sight.NEXT;
import static io.chasqui.server.bench.Track.Sight.OVERTAKEN;
import static io.chasqui.server.bench.Track.Sight.REPEATED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which message is new, which was seen, which came late. */
class TrackTest {
    private final Track track = new Track();

    @Test
    void inOrderAllAreNextAndAgainAllAreRepeated() {
        for (long i = 0; i < 100; i++) {
            assertThat(track.see(i)).isEqualTo(NEXT);
        }
        for (long i = 0; i < 100; i++) {
            assertThat(track.see(i)).isEqualTo(REPEATED);
        }
    }

    @Test
    void whatWasSkippedMayComeOnceLater() {
        assertThat(track.see(3)).isEqualTo(NEXT);
        assertThat(track.see(1)).isEqualTo(OVERTAKEN);
        assertThat(track.see(1)).isEqualTo(REPEATED);
        assertThat(track.see(3)).isEqualTo(REPEATED);
        assertThat(track.see(4)).isEqualTo(NEXT);
        assertThat(track.see(0)).isEqualTo(OVERTAKEN);
        assertThat(track.see(2)).isEqualTo(OVERTAKEN);
    }

    @Test
    void beyondTheWindowAllLookRepeated() {
        assertThat(track.see(1)).isEqualTo(NEXT);
        assertThat(track.see(2L * Track.WINDOW)).isEqualTo(NEXT);
        assertThat(track.see(0)).isEqualTo(REPEATED);
        assertThat(track.see(2L * Track.WINDOW - 1)).isEqualTo(OVERTAKEN);
        assertThat(track.see(Track.WINDOW + 1L)).isEqualTo(OVERTAKEN);
        assertThat(track.see(Track.WINDOW)).isEqualTo(REPEATED);
    }

    /** Against a set, which needs no window. */
    @Test
    void agreesWithASetInAnyOrder() {
        Random random = new Random(7);
        Set<Long> seen = new HashSet<>();
        long highest = -1;
        long around = 0;
        for (int i = 0; i < 200_000; i++) {
            around += random.nextInt(2);
            long sequence = Math.max(0, around + random.nextInt(500) - 250);
            Track.Sight expected = !seen.add(sequence) ? REPEATED : sequence > highest ? NEXT : OVERTAKEN;
            highest = Math.max(highest, sequence);
            assertThat(track.see(sequence)).isEqualTo(expected);
        }
    }

    @Test
    void theMembersOfAGroupSeeEachMessageOnce() {
        Group group = new Group(2);
        assertThat(group.isNew(0, 1)).isTrue();
        assertThat(group.isNew(0, 0)).isTrue();
        assertThat(group.isNew(1, 0)).isTrue();
        assertThat(group.isNew(0, 0)).isFalse();
    }
}
