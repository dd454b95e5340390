package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Many messages on their way. Does not wait for each: the client's outbox holds the caller back when the broker does not keep up. Confined
 * to the thread of the command.
 */
final class Publishing {
    private final MqttClient client;
    private final CompletableFuture<Void> lost;
    private final Progress progress;
    private CompletableFuture<Void> all = CompletableFuture.completedFuture(null);

    /** @param lost fails when the connection is lost for good */
    Publishing(MqttClient client, CompletableFuture<Void> lost, Progress progress) {
        this.client = client;
        this.lost = lost;
        this.progress = progress;
    }

    /**
     * Hands one over.
     *
     * @throws MqttException when one before it has failed
     */
    void publish(Message message) {
        if (all.isCompletedExceptionally() || lost.isCompletedExceptionally()) {
            finish();
        }
        CompletableFuture<Void> counted =
                client.publishAsync(message).thenRun(() -> progress.count(message.payload().length));
        all = CompletableFuture.allOf(all, counted);
    }

    /** Lets time pass, unless the connection is lost for good. */
    void pause(Duration time) {
        try {
            lost.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // as it should be
        } catch (ExecutionException e) {
            finish();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until all are where their QoS promises.
     *
     * @throws MqttException when one of them is not, or the connection is lost for good
     */
    void finish() {
        try {
            CompletableFuture.anyOf(all, lost).join();
        } catch (CompletionException e) {
            throw failure(lost.isCompletedExceptionally() ? lost : all);
        }
    }

    private static RuntimeException failure(CompletableFuture<Void> failed) {
        Throwable why = failed.exceptionNow();
        return why instanceof MqttException mqtt
                ? mqtt
                : why.getCause() instanceof MqttException cause ? cause : new IllegalStateException(why);
    }
}
