package io.chasqui.client;

import io.chasqui.client.transport.EventThread;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for their responses, told apart by Correlation Data. One Response Topic for the client, subscribed to
 * with the first request; its name cannot be guessed. Safe on any thread. Each request ends with its time.
 */
final class Requests {
    private final MqttClient client;
    private final Settings settings;
    private final EventThread thread;
    private final String responseTopic;
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, CompletableFuture<Received>> open = new ConcurrentHashMap<>();
    private @Nullable CompletableFuture<ReasonCode> subscribed; // guarded by this

    Requests(MqttClient client, Settings settings, EventThread thread) {
        this.client = client;
        this.settings = settings;
        this.thread = thread;
        byte[] name = new byte[12];
        new SecureRandom().nextBytes(name);
        this.responseTopic = "response/" + HexFormat.of().formatHex(name);
    }

    CompletableFuture<Received> ask(Message request, Duration patience) {
        if (!settings.isV5()) {
            throw new UnsupportedOperationException("requests need MQTT 5, for the Response Topic");
        }
        Long id = last.incrementAndGet();
        byte[] correlation = ByteBuffer.allocate(Long.BYTES).putLong(id).array();
        CompletableFuture<Received> response = new CompletableFuture<>();
        open.put(id, response);
        Future<?> deadline = thread.schedule(
                () -> response.completeExceptionally(new MqttException.TimedOut(
                        "no response to the request on " + request.topic() + " within " + patience.toMillis() + " ms")),
                patience.toNanos());
        response.whenComplete((received, failure) -> {
            deadline.cancel(false);
            open.remove(id);
        });
        subscribed()
                .thenCompose(granted -> client.publishAsync(request.withResponseTopic(responseTopic, correlation)))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        response.completeExceptionally(
                                failure.getCause() instanceof MqttException cause ? cause : failure);
                    }
                });
        return response;
    }

    private synchronized CompletableFuture<ReasonCode> subscribed() {
        CompletableFuture<ReasonCode> before = subscribed;
        if (before != null && !before.isCompletedExceptionally()) {
            return before;
        }
        CompletableFuture<ReasonCode> now = before == null
                ? client.subscribeAsync(responseTopic, Qos.AT_LEAST_ONCE, this::onResponse)
                : client.subscribeAsync(responseTopic, Qos.AT_LEAST_ONCE);
        subscribed = now;
        return now;
    }

    private void onResponse(Received response) {
        byte[] correlation = response.properties().correlationData();
        CompletableFuture<Received> waiting = correlation == null || correlation.length != Long.BYTES
                ? null
                : open.get(ByteBuffer.wrap(correlation).getLong());
        response.acknowledge();
        if (waiting != null) { // otherwise it came too late
            waiting.complete(response);
        }
    }
}
