package io.chasqui.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.client.transport.Network;
import io.chasqui.client.transport.Sockets;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.probe.Target;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Publishers and subscribers over a wire that is a list. */
class StationTest {
    private static final int RUN = 77;
    private static final TopicName TOPIC = TopicName.of("a");

    private final Lane lane = new Lane(new HandThread());
    private final ListWire wire = new ListWire();
    private final Troubles troubles = new Troubles();
    private final Target target =
            Target.of("mqtt://localhost:1", MqttVersion.V5, null, null, 60, null, null, null, true);

    private Source source(Qos qos, int window, int inFlight, int copies, boolean openLoop) {
        Source source = new Source(
                lane,
                target,
                "p",
                troubles,
                new Source.Manner(qos, false, RUN, 100, window, inFlight, copies, openLoop),
                0,
                new TopicName[] {TOPIC, TopicName.of("b")});
        source.wire = wire;
        source.onGranted(new ConnAck(false, ReasonCode.SUCCESS));
        return source;
    }

    private Sink sink(Source source) {
        Sink sink = new Sink(lane, target, "s", troubles, RUN, List.of(source), 0, 2, null);
        sink.wire = wire;
        return sink;
    }

    private static void hear(Station station, Packet packet) {
        try {
            station.onPacket(packet);
            station.onReceived();
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private static Publish stamped(Qos qos, int packetId, int run, int stream, long sequence) {
        byte[] payload = new byte[Stamp.BYTES];
        Stamp.write(payload, run, stream, sequence, System.nanoTime());
        return new Publish(false, qos, false, TOPIC, packetId, payload);
    }

    @Test
    void inTheClosedLoopNoMoreThanTheWindowIsOnTheWay() {
        Source source = source(Qos.AT_MOST_ONCE, 5, 1, 2, false);
        source.start(Long.MAX_VALUE);
        assertThat(wire.messages()).hasSize(5);
        source.credit(2); // two copies of one message, or one of two
        assertThat(wire.messages()).hasSize(6);
        source.credit(1);
        source.credit(1);
        assertThat(wire.messages()).hasSize(7);
        source.stop();
        source.credit(10);
        assertThat(wire.messages()).hasSize(7);
    }

    @Test
    void eachTopicOfAPublisherIsAStreamWithNumbersOfItsOwn() {
        source(Qos.AT_MOST_ONCE, 5, 1, 1, false).start(4);
        assertThat(wire.messages())
                .extracting(publish ->
                        publish.topic().name() + Stamp.stream(publish.payload()) + Stamp.sequence(publish.payload()))
                .containsExactly("a00", "b10", "a01", "b11");
        assertThat(wire.messages()).allMatch(publish -> Stamp.isOf(RUN, publish.payload()));
    }

    @Test
    void whatIsWrittenOffMakesRoomInTheWindow() {
        Source source = source(Qos.AT_MOST_ONCE, 5, 1, 1, false);
        source.start(Long.MAX_VALUE);
        source.writeOff();
        assertThat(wire.messages()).hasSize(10);
    }

    @Test
    void noMoreThanInFlightIsUnacknowledgedAndIdsAreUsedAgain() {
        Source source = source(Qos.EXACTLY_ONCE, 100, 2, 1, false);
        source.start(Long.MAX_VALUE);
        assertThat(wire.messages()).extracting(Publish::packetId).containsExactly(1, 2);
        hear(source, new PubRec(1, ReasonCode.SUCCESS));
        assertThat(wire.written).endsWith(new PubRel(1, ReasonCode.SUCCESS)).hasSize(3);
        hear(source, new PubComp(1, ReasonCode.SUCCESS));
        hear(source, new PubComp(1, ReasonCode.SUCCESS)); // a second one is nothing
        assertThat(wire.messages()).extracting(Publish::packetId).containsExactly(1, 2, 1);
        assertThat(source.isAnswered()).isFalse();
    }

    @Test
    void whatTheBrokerRefusesIsCountedAndDoesNotHoldTheWindow() {
        Source source = source(Qos.AT_LEAST_ONCE, 1, 10, 1, false);
        source.start(Long.MAX_VALUE);
        assertThat(wire.messages()).hasSize(1);
        hear(source, new PubAck(1, ReasonCode.QUOTA_EXCEEDED));
        assertThat(source.refused()).isOne();
        assertThat(wire.messages()).hasSize(2);
    }

    /** No coordinated omission: who could not send at the time due has that time in the message, and not the later one. */
    @Test
    void inTheOpenLoopAMessageThatCouldNotLeaveKeepsTheTimeAtWhichItWasDue() {
        Source source = source(Qos.AT_MOST_ONCE, 1, 1, 1, true);
        source.start(Long.MAX_VALUE, 1_000, 500);
        wire.room = 1;
        for (int i = 0; i < 4; i++) {
            source.grant();
        }
        assertThat(wire.messages()).hasSize(1);
        assertThat(source.unsent()).isEqualTo(3);
        wire.room = 10;
        source.onWritable();
        assertThat(wire.messages())
                .extracting(publish -> Stamp.dueNanos(publish.payload()))
                .containsExactly(1_000L, 1_500L, 2_000L, 2_500L);
        assertThat(source.unsent()).isZero();
    }

    @Test
    void thePacerGrantsWhatIsDueAndCountsHowLateItsTimerIs() {
        Source source = source(Qos.AT_MOST_ONCE, 1, 1, 1, true);
        lane.measureFrom(0);
        long now = System.nanoTime();
        Pacer pacer = new Pacer(lane, List.of(source), new int[] {0}, 1, 1e9 / 1_000_000, now - 10_500_000);
        pacer.tick(now - 3_000_000);
        assertThat(wire.messages()).hasSizeGreaterThanOrEqualTo(11);
        assertThat(lane.lateness.getIntervalHistogram().getMaxValue()).isGreaterThanOrEqualTo(2_990_000);
        int sent = wire.messages().size();
        pacer.stopIfOf(lane);
        pacer.tick(now);
        assertThat(wire.messages()).hasSize(sent);
    }

    @Test
    void aSubscriberTellsLostRepeatedOvertakenAndForeignMessages() {
        Source source = source(Qos.AT_MOST_ONCE, 100, 1, 1, false);
        Sink sink = sink(source);
        lane.measureFrom(0);
        for (long sequence : new long[] {0, 1, 4, 2, 4, 5}) { // 3 is lost, 2 overtaken, 4 repeated
            hear(sink, stamped(Qos.AT_MOST_ONCE, 0, RUN, 1, sequence));
        }
        hear(sink, stamped(Qos.AT_MOST_ONCE, 0, RUN + 1, 1, 9));
        hear(sink, stamped(Qos.AT_MOST_ONCE, 0, RUN, 2, 9)); // of a stream that is not for it
        hear(sink, new Publish(false, Qos.AT_MOST_ONCE, false, TOPIC, 0, new byte[3]));
        assertThat(List.of(
                        lane.received.get(),
                        lane.repeated.get(),
                        lane.overtaken.get(),
                        lane.foreign.get(),
                        source.delivered()))
                .isEqualTo(LongStream.of(6, 1, 1, 3, 5).boxed().toList());
        assertThat(lane.latency.getIntervalHistogram().getTotalCount()).isEqualTo(5);
    }

    @Test
    void aSubscriberAcknowledgesAndForgivesARepeatedDeliveryOfQos2() {
        Sink sink = sink(source(Qos.AT_MOST_ONCE, 100, 1, 1, false));
        hear(sink, stamped(Qos.AT_LEAST_ONCE, 3, RUN, 0, 0));
        hear(sink, stamped(Qos.EXACTLY_ONCE, 4, RUN, 0, 1));
        hear(sink, stamped(Qos.EXACTLY_ONCE, 4, RUN, 0, 1));
        hear(sink, new PubRel(4, ReasonCode.SUCCESS));
        hear(sink, stamped(Qos.EXACTLY_ONCE, 4, RUN, 0, 1)); // released, so this is a second message
        assertThat(wire.written)
                .containsExactly(
                        new PubAck(3, ReasonCode.SUCCESS),
                        new PubRec(4, ReasonCode.SUCCESS),
                        new PubRec(4, ReasonCode.SUCCESS),
                        new PubComp(4, ReasonCode.SUCCESS),
                        new PubRec(4, ReasonCode.SUCCESS));
        assertThat(lane.received.get()).isEqualTo(3);
        assertThat(lane.repeated.get()).isOne();
    }

    @Test
    void aBrokerThatCannotDoItIsToldFromOneThatDoesItBadly() {
        Source source = source(Qos.EXACTLY_ONCE, 1, 1, 1, false);
        ConnAck.Properties poor =
                ConnAck.Properties.granted(-1, 10, Qos.AT_LEAST_ONCE, true, 1_000, null, 0, true, true, true, -1);
        assertThat(source.onGranted(new ConnAck(false, ReasonCode.SUCCESS, poor)))
                .isEqualTo("the Maximum QoS of localhost:1 is 1; give -q 1");
    }

    @Test
    void aLostConnectionIsCountedWithItsReason() {
        Network network = Sockets.acquire();
        try {
            Lane real = new Lane(network.thread());
            Station station = new Station(real, target, "x", troubles);
            assertThat(station.open(network, target.connect("x")))
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .withMessageContaining(
                            "cannot connect to localhost:1: connection refused; is a broker running there?");
            assertThat(troubles.failed.get()).isOne();
            assertThat(troubles.lines()).singleElement().asString().contains("connection refused");
        } finally {
            network.release();
        }
    }
}
