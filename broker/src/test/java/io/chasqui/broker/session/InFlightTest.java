package io.chasqui.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Route;
import io.chasqui.broker.routing.Subscription;
import io.chasqui.broker.session.InFlight.Entry;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private static final Message MESSAGE = Stage.message("t", "m", Qos.AT_LEAST_ONCE, false, Message.NEVER);
    private static final Route ROUTE = new Subscription(
                    new Stage().connect("c", new RecordingLink()),
                    TopicFilter.of("t"),
                    new SubscriptionOptions(Qos.AT_LEAST_ONCE),
                    0)
            .route();

    private final InFlight inFlight = new InFlight();

    private Entry add() {
        return inFlight.add(MESSAGE, ROUTE, Qos.AT_LEAST_ONCE, false);
    }

    private List<Integer> ids() {
        List<Integer> ids = new ArrayList<>();
        for (Entry entry = inFlight.first(); entry != null; entry = entry.next) {
            ids.add(entry.packetId);
        }
        return ids;
    }

    @Test
    void mqtt5_2_2_1_4_identifiersBeginAtOneAndGoUp() {
        assertThat(List.of(add().packetId, add().packetId, add().packetId)).containsExactly(1, 2, 3);
        assertThat(ids()).containsExactly(1, 2, 3);
    }

    /** An identifier that was just free is not used at once again: a late acknowledgement would hit the wrong message. */
    @Test
    void anIdentifierIsNotUsedAgainAtOnce() {
        inFlight.remove(add());
        assertThat(add().packetId).isEqualTo(2);
    }

    @Test
    void mqtt5_2_2_1_4_staysUniquePastTheWrapWithOneHeld() {
        Entry held = add();
        add(); // 2, held too
        for (int i = 0; i < 3 * InFlight.MAX_PACKET_ID; i++) {
            Entry entry = add();
            assertThat(entry.packetId).isBetween(3, InFlight.MAX_PACKET_ID);
            assertThat(inFlight.get(entry.packetId)).isSameAs(entry);
            inFlight.remove(entry);
        }
        assertThat(inFlight.get(1)).isSameAs(held);
        assertThat(ids()).containsExactly(1, 2);
    }

    @Test
    void everyIdentifierCanBeInFlightAtOnce() {
        Set<Integer> ids = new HashSet<>();
        while (inFlight.hasFreeId()) {
            ids.add(add().packetId);
        }
        assertThat(ids).hasSize(InFlight.MAX_PACKET_ID).contains(1, InFlight.MAX_PACKET_ID);
        assertThat(inFlight.size()).isEqualTo(InFlight.MAX_PACKET_ID);

        Entry middle = inFlight.get(40_000);
        assertThat(middle).isNotNull();
        inFlight.remove(middle);
        assertThat(inFlight.hasFreeId()).isTrue();
        assertThat(add().packetId).as("the only free one").isEqualTo(40_000);
        assertThat(inFlight.hasFreeId()).isFalse();
    }

    @Test
    void anUnknownIdentifierIsNotFound() {
        assertThat(inFlight.get(1)).isNull();
        Entry entry = add();
        assertThat(inFlight.get(entry.packetId + 4))
                .as("same place, other identifier")
                .isNull();
        assertThat(inFlight.get(InFlight.MAX_PACKET_ID)).isNull();
    }

    /** Against a list, through growth, wrap and the return of an emptied table. */
    @Property(tries = 8)
    void isAListInTheOrderOfSending(@ForAll long seed) {
        InFlight table = new InFlight();
        Random random = new Random(seed);
        List<Entry> model = new ArrayList<>();
        for (int phase = 0; phase < 6; phase++) {
            int target = random.nextInt(random.nextBoolean() ? 10 : 3_000);
            for (int step = 0; step < 30_000 || model.size() > target; step++) {
                if (model.size() <= target && random.nextInt(5) < 3) {
                    model.add(table.add(MESSAGE, ROUTE, Qos.AT_LEAST_ONCE, false));
                } else if (!model.isEmpty()) {
                    int which = random.nextInt(4) == 0 ? random.nextInt(model.size()) : 0;
                    table.remove(model.remove(which));
                }
            }
            List<Entry> found = new ArrayList<>();
            Set<Integer> ids = new HashSet<>();
            for (Entry entry = table.first(); entry != null; entry = entry.next) {
                found.add(entry);
                assertThat(ids.add(entry.packetId)).isTrue();
                assertThat(table.get(entry.packetId)).isSameAs(entry);
            }
            assertThat(found).isEqualTo(model);
            assertThat(table.size()).isEqualTo(model.size());
        }
    }
}
