package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.broker.auth.Peer;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.config.SecuritySettings;
import io.chasqui.server.json.Json;
import io.chasqui.server.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a web service. The question is {@code {"clientId", "userName", "password", "address", "listener", "certificate"}}, the
 * password in Base64; the answer is 200 with {@code {"result": "allow" | "deny" | "next", "user", "groups", "expiresIn"}}.
 * Anything else, and no answer in time, is a failure, and lets nobody in. Any thread.
 */
final class HttpAuthenticator implements Authenticator, AutoCloseable {
    static final int MOST_REMEMBERED = 10_000;
    private static final int MAX_BYTES = 64 << 10;
    private static final int MAX_GROUPS = 1_000;

    /** A yes, and when it is forgotten. */
    private record Remembered(Verdict verdict, long untilNanos) {}

    private final SecuritySettings.Http settings;
    private final @Nullable String token;
    private final LongSupplier nanoTime;
    private final Clock clock;
    private final Outage outage;
    private final HttpClient client;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final byte[] secret = new byte[32]; // for the keys of what is remembered, so that memory has no passwords
    private final Map<String, Remembered> remembered = new LinkedHashMap<>() { // guarded by itself
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Remembered> eldest) {
                    return size() > MOST_REMEMBERED;
                }
            };

    HttpAuthenticator(
            SecuritySettings.Http settings, @Nullable String token, LongSupplier nanoTime, Clock clock, Outage outage) {
        this.settings = settings;
        this.token = token;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.outage = outage;
        client = HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        new SecureRandom().nextBytes(secret);
    }

    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo who, byte @Nullable [] password) {
        if (who.userName() == null && password == null && who.peer().certificate() == null) {
            return CompletableFuture.completedFuture(Verdict.NEXT);
        }
        String question = Json.of(question(who, password));
        String key = settings.cache().isZero() ? "" : key(question);
        Verdict before = recall(key);
        if (before != null) {
            return CompletableFuture.completedFuture(before);
        }
        if (inFlight.incrementAndGet() > settings.inFlight()) {
            inFlight.decrementAndGet();
            return CompletableFuture.completedFuture(Workers.BUSY);
        }
        return ask(question)
                .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS) // also for an answer that drips
                .thenApply(verdict -> keep(key, verdict))
                .whenComplete(this::note);
    }

    private void note(@Nullable Verdict verdict, @Nullable Throwable failure) {
        inFlight.decrementAndGet();
        if (failure == null) {
            outage.answered();
        } else {
            outage.failed(Outage.reason(failure));
        }
    }

    private static Map<String, @Nullable Object> question(ClientInfo who, byte @Nullable [] password) {
        Map<String, @Nullable Object> question = new LinkedHashMap<>();
        question.put("clientId", who.clientId());
        question.put("userName", who.userName());
        question.put("password", password == null ? null : Base64.getEncoder().encodeToString(password));
        question.put("address", who.address());
        question.put("listener", who.listener());
        Peer.Certificate certificate = who.peer().certificate();
        question.put("certificate", certificate == null ? null : certificate.identity());
        return question;
    }

    private CompletableFuture<Verdict> ask(String question) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.url()))
                .timeout(settings.timeout())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(question));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream())
                .thenApplyAsync(this::verdict); // reading blocks
    }

    private Verdict verdict(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(MAX_BYTES + 1);
            if (response.statusCode() != 200 || bytes.length > MAX_BYTES) {
                throw new IllegalStateException(
                        "status " + response.statusCode() + ", " + bytes.length + " bytes, from the web service");
            }
            return verdict(JsonReader.object(bytes));
        } catch (IOException | JsonReader.SyntaxException e) {
            throw new IllegalStateException("no answer from the web service: " + e.getMessage(), e);
        }
    }

    private Verdict verdict(Map<String, @Nullable Object> answer) {
        return switch (String.valueOf(answer.get("result"))) {
            case "allow" -> {
                Set<String> groups = new HashSet<>();
                if (answer.get("groups") instanceof List<?> list && list.size() <= MAX_GROUPS) {
                    list.forEach(group -> groups.add(String.valueOf(group)));
                } else if (answer.get("groups") != null) {
                    throw new IllegalStateException("groups that are no list");
                }
                String user = answer.get("user") instanceof String text && !text.isEmpty() ? text : null;
                long expires = answer.get("expiresIn") instanceof Long seconds && seconds >= 0 && seconds < 1L << 40
                        ? clock.millis() + seconds * 1_000
                        : Identity.NEVER;
                yield new Accepted(new Identity(user, groups, List.of(), expires, "http", true));
            }
            case "deny" -> Verdict.refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null);
            case "next" -> Verdict.NEXT;
            default -> throw new IllegalStateException("an answer with no result that is known");
        };
    }

    private String key(String question) {
        return Base64.getEncoder()
                .encodeToString(Digests.hmac("HmacSHA256", secret, question.getBytes(StandardCharsets.UTF_8)));
    }

    private @Nullable Verdict recall(String key) {
        if (key.isEmpty()) {
            return null;
        }
        synchronized (remembered) {
            Remembered before = remembered.get(key);
            return before == null || nanoTime.getAsLong() - before.untilNanos >= 0 ? null : before.verdict;
        }
    }

    private Verdict keep(String key, Verdict verdict) {
        if (!key.isEmpty() && verdict instanceof Accepted) {
            synchronized (remembered) {
                remembered.put(
                        key,
                        new Remembered(
                                verdict, nanoTime.getAsLong() + settings.cache().toNanos()));
            }
        }
        return verdict;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
