package io.chasqui.server.probe;

import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Asks a broker again and again for an answer and takes the time: PINGREQ to PINGRESP, or a message that we publish and get back
 * by our own subscription. A connection that is lost, or on which an answer was late, is replaced before the next one.
 */
public final class Pings {
    private final Target target;
    private final Settings settings;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final String clientId =
            "chasqui-" + Integer.toHexString(ThreadLocalRandom.current().nextInt());
    private @Nullable Talk talk;

    /**
     * How to ask.
     *
     * @param count 1 or more
     * @param interval from one to the next; the next one waits for the answer
     * @param topic Topic Name of the messages, or null for PINGREQ
     * @param patience for each answer
     */
    public record Settings(
            int count, Duration interval, @Nullable String topic, Qos qos, Duration patience) {
        /** @throws IllegalArgumentException with all faults at once, in the words of the command line */
        public Settings {
            StringBuilder wrong = new StringBuilder();
            if (count < 1) {
                wrong.append("; -C is ").append(count).append("; give 1 or more");
            }
            if (interval.isNegative() || interval.toSeconds() > 86_400) {
                wrong.append("; --interval is ")
                        .append(interval.toMillis() / 1e3)
                        .append("; give 0 to 86400 seconds");
            }
            if (patience.toMillis() < 1 || patience.toSeconds() > 3_600) {
                wrong.append("; -W is ").append(patience.toMillis() / 1e3).append("; give 0.001 to 3600 seconds");
            }
            String fault = topic == null ? null : TopicName.fault(topic);
            if (fault != null) {
                wrong.append("; -t is ").append(topic).append(": ").append(fault);
            }
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException(wrong.substring(2));
            }
        }
    }

    /**
     * One of them.
     *
     * @param number from 1 on
     * @param nanos from the question to the answer, or negative without one
     * @param fault why there was no answer, or null
     */
    public record Reply(int number, long nanos, @Nullable String fault) {}

    /** @param nanos of those that were answered */
    public record Summary(int sent, int answered, Histogram nanos) {}

    public Pings(Target target, Settings settings) {
        this.target = target;
        this.settings = settings;
    }

    /** Ends {@link #run} before the next one. Any thread. */
    public void stop() {
        stop.countDown();
    }

    /**
     * Asks until all have been asked or {@link #stop}.
     *
     * @throws TalkException when the first connection cannot be made
     */
    public Summary run(Consumer<Reply> listener) throws TalkException, InterruptedException {
        Histogram times = new Histogram(3);
        int sent = 0;
        try {
            connected();
            while (sent < settings.count && stop.getCount() > 0) {
                long begin = System.nanoTime();
                sent++;
                Reply reply = ask(sent);
                if (reply.nanos >= 0) {
                    times.recordValue(reply.nanos);
                }
                listener.accept(reply);
                long rest = sent == settings.count ? 0 : settings.interval.toNanos() - (System.nanoTime() - begin);
                if (stop.await(Math.max(rest, 0), TimeUnit.NANOSECONDS)) {
                    break;
                }
            }
        } finally {
            disconnect();
        }
        return new Summary(sent, (int) times.getTotalCount(), times);
    }

    private Reply ask(int number) throws InterruptedException {
        try {
            Talk open = connected();
            return new Reply(number, settings.topic == null ? ping(open) : publish(open, settings.topic, number), null);
        } catch (TalkException e) {
            disconnect(); // a late answer must not be taken for the next one
            return new Reply(number, -1, String.valueOf(e.getMessage()));
        }
    }

    private static long ping(Talk open) throws TalkException, InterruptedException {
        long sent = open.send(PingReq.INSTANCE);
        Talk.Answer<PingResp> answer = open.await(PingResp.class);
        while (answer.nanos() - sent < 0) { // one that was not asked for
            answer = open.await(PingResp.class);
        }
        return answer.nanos() - sent;
    }

    private long publish(Talk open, String topic, int number) throws TalkException, InterruptedException {
        byte[] payload = (clientId + " " + number).getBytes(StandardCharsets.UTF_8);
        int packetId = settings.qos == Qos.AT_MOST_ONCE ? 0 : number % 60_000 + 1;
        long sent = open.send(new Publish(false, settings.qos, false, TopicName.of(topic), packetId, payload));
        Talk.Answer<Packet> answer = open.await(Packet.class, packet -> isAnswer(packet, payload), settings.patience);
        ReasonCode refusal = switch (answer.packet()) {
            case PubAck ack -> ack.reason();
            case PubRec ack -> ack.reason();
            default -> ReasonCode.SUCCESS;
        };
        if (refusal.isError()) {
            throw new TalkException(target + " refuses the message: " + Talk.said(refusal, null), null);
        }
        return answer.nanos() - sent;
    }

    private static boolean isAnswer(Packet packet, byte[] payload) {
        return packet instanceof Publish publish && Arrays.equals(publish.payload(), payload)
                || packet instanceof PubAck ack && ack.reason().isError()
                || packet instanceof PubRec rec && rec.reason().isError();
    }

    private Talk connected() throws TalkException, InterruptedException {
        Talk open = talk;
        if (open != null) {
            return open;
        }
        open = Talk.open(target, target.connect(clientId), settings.patience);
        talk = open;
        if (settings.topic != null) {
            open.send(new Subscribe(
                    1, List.of(new Subscribe.Entry(settings.topic, new SubscriptionOptions(settings.qos)))));
            ReasonCode granted = open.await(SubAck.class).packet().reasons().getFirst();
            if (granted.isError()) {
                throw new TalkException(
                        target + " refuses the subscription to " + settings.topic + ": " + Talk.said(granted, null),
                        null);
            }
        }
        return open;
    }

    private void disconnect() {
        Talk open = talk;
        talk = null;
        if (open != null) {
            open.close();
        }
    }
}
