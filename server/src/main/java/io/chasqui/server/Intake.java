package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.Received;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.format.Arrival;
import io.chasqui.server.format.Printer;
import io.chasqui.server.format.Recording;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What {@code sub} does with each message: leaves out, prints, records, counts. A message is acknowledged when it is out, and none is
 * after the last one, so that a session keeps the rest. Any thread, one message at a time.
 */
final class Intake {
    /** How long it goes on, and what is left out. */
    record Wanted(
            int count,
            List<TopicFilter> leftOut,
            boolean noRetained,
            boolean retainedOnly,
            boolean removeRetained,
            double percent) {}

    private final Wanted wanted;
    private final @Nullable Printer printer;
    private final @Nullable BufferedWriter record;
    private final OutputStream out;
    private final Progress progress;
    private final Recording recording = new Recording();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int taken; // under this object's lock, as is all output

    /**
     * @param printer null when nothing is printed
     * @param record where to record to, or null
     */
    Intake(
            Wanted wanted,
            @Nullable Printer printer,
            @Nullable BufferedWriter record,
            OutputStream out,
            Progress progress) {
        this.wanted = wanted;
        this.printer = printer;
        this.record = record;
        this.out = out;
        this.progress = progress;
    }

    /** Completes after the last message, or when nobody reads any more; fails when the recording cannot be written. */
    CompletableFuture<Void> done() {
        return done;
    }

    synchronized void take(Received message, MqttClient client) {
        if (done.isDone()) {
            return;
        }
        TopicName topic = TopicName.of(message.topic());
        if (wanted.retainedOnly && !message.isRetained()) {
            done.complete(null);
            return;
        }
        boolean left = wanted.noRetained && message.isRetained()
                || wanted.leftOut.stream().anyMatch(filter -> filter.matches(topic));
        if (!left) {
            if (wanted.removeRetained && message.isRetained()) {
                client.publish(Message.of(topic, new byte[0]).withRetain(true));
            }
            if (wanted.percent >= 100 || ThreadLocalRandom.current().nextDouble(100) < wanted.percent) {
                show(Arrival.of(message, ZonedDateTime.now(ZoneId.systemDefault())));
            }
            progress.count(message.payload().length);
        }
        message.acknowledge();
        if (!left && ++taken >= wanted.count) {
            done.complete(null);
        }
    }

    private void show(Arrival arrival) {
        if (printer != null) {
            try {
                out.write(printer.print(arrival));
                out.flush();
            } catch (IOException e) {
                done.complete(null); // a broken pipe is quiet
            }
        }
        if (record != null) {
            try {
                record.write(recording.line(arrival));
                record.write('\n');
                record.flush();
            } catch (IOException e) {
                done.completeExceptionally(e);
            }
        }
    }
}
