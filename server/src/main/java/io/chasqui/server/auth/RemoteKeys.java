package io.chasqui.server.auth;

import io.chasqui.server.config.Secrets;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A key set behind a URL, asked again from time to time. What was known stays while there is no good answer. Any thread. */
final class RemoteKeys implements JwtAuthenticator.KeySource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteKeys.class);
    private static final int MAX_BYTES = 256 << 10;
    static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10); // between two that tokens ask for

    private final URI url;
    private final LongSupplier nanoTime;
    private final Duration timeout;
    private final HttpClient client;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("jwks").factory());
    private volatile Keys keys = Keys.NONE;
    private long askedNanos; // guarded by this

    /**
     * Asks at once; a service that does not answer yet is no reason not to start.
     *
     * @param timeout for the whole of an answer
     */
    RemoteKeys(URI url, Duration refresh, Duration timeout, LongSupplier nanoTime) {
        this.url = url;
        this.timeout = timeout;
        this.nanoTime = nanoTime;
        client = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        fetch();
        executor.scheduleWithFixedDelay(this::fetch, refresh.toMillis(), refresh.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public Keys keys() {
        return keys;
    }

    @Override
    public Keys again() {
        synchronized (this) {
            if (nanoTime.getAsLong() - askedNanos < PAUSE_NANOS) {
                return keys;
            }
        }
        fetch();
        return keys;
    }

    private synchronized void fetch() {
        askedNanos = nanoTime.getAsLong();
        HttpRequest request = HttpRequest.newBuilder(url).timeout(timeout).GET().build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
        try {
            HttpResponse<byte[]> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS); // also if it drips
            if (response.statusCode() != 200) {
                throw new IOException("status " + response.statusCode());
            }
            keys = Keys.ofSet(response.body());
        } catch (IOException | ExecutionException | TimeoutException e) {
            answer.cancel(true);
            LOG.warn(
                    "the keys at {} cannot be had, {} that were known stay: {}",
                    Secrets.hidden(url.toString()),
                    keys.size(),
                    Outage.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        client.close();
    }
}
