package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Refused;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.server.config.SecuritySettings;
import io.chasqui.server.json.JsonReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpAuthenticatorTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    private final BlockingQueue<byte[]> questions = new LinkedBlockingQueue<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile int status = 200;
    private volatile String answer = "{\"result\": \"allow\", \"user\": \"ann\"}";
    private volatile boolean silent;
    private volatile @Nullable String authorization;
    private long nanos;
    private HttpServer service;
    private HttpAuthenticator http;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", this::answer);
        service.setExecutor(threads);
        service.start();
        http = http(Duration.ofSeconds(5), Duration.ZERO, 2);
    }

    private HttpAuthenticator http(Duration timeout, Duration cache, int inFlight) {
        String url = "http://127.0.0.1:" + service.getAddress().getPort() + "/auth";
        return new HttpAuthenticator(
                new SecuritySettings.Http(url, Path.of(""), timeout, cache, inFlight),
                "t0ken",
                () -> nanos,
                Clock.fixed(NOW, ZoneOffset.UTC),
                new Outage("the web service", () -> nanos, log::add));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            questions.add(exchange.getRequestBody().readAllBytes());
            authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (silent) {
                released.await();
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        released.countDown();
        http.close();
        service.stop(0);
        threads.shutdownNow();
    }

    private CompletableFuture<Verdict> ask(HttpAuthenticator whom, String user, String password) {
        return whom.authenticate(People.named("c", user), HashTest.bytes(password))
                .toCompletableFuture();
    }

    @Test
    void theQuestionSaysWhoAndTheAnswerDecides() throws Exception {
        answer = "{\"result\":\"allow\",\"user\":\"ann\",\"groups\":[\"staff\"],\"expiresIn\":60}";
        Accepted yes = (Accepted) ask(http, "ann", "s\u0000\"").join();
        assertThat(yes.identity().user()).isEqualTo("ann");
        assertThat(yes.identity().groups()).isEqualTo(Set.of("staff"));
        assertThat(yes.identity().expiresAtMillis()).isEqualTo(NOW.toEpochMilli() + 60_000);
        Map<String, @Nullable Object> question = JsonReader.object(questions.take());
        assertThat(question)
                .containsEntry("userName", "ann")
                .containsEntry("clientId", "c")
                .containsEntry("password", "cwAi")
                .containsEntry("address", "192.0.2.1");
        assertThat(authorization).isEqualTo("Bearer t0ken");
        answer = "{\"result\":\"deny\"}";
        assertThat(ask(http, "ann", "x").join()).isInstanceOf(Refused.class);
        answer = "{\"result\":\"next\"}";
        assertThat(ask(http, "ann", "x").join()).isEqualTo(Verdict.NEXT);
    }

    @Test
    void whatIsNoClearYesLetsNobodyIn() {
        for (String wrong : List.of(
                "",
                "true",
                "allow",
                "{}",
                "{\"result\":true}",
                "{\"result\":\"ALLOW\"}",
                "[\"allow\"]",
                "{\"result\":\"allow\",\"result\":\"deny\"}",
                "{\"result\":\"allow\",\"groups\":5}",
                "{\"result\":\"allow\"} x",
                "{\"result\":\"allow\",\"x\":\"" + "y".repeat(70_000) + "\"}")) {
            answer = wrong;
            assertThat(ask(http, "ann", "x")).as(wrong).failsWithin(Duration.ofSeconds(20));
        }
        answer = "{\"result\":\"allow\"}";
        for (int wrong : new int[] {201, 302, 401, 404, 500}) {
            status = wrong;
            assertThat(ask(http, "ann", "x")).as("" + wrong).failsWithin(Duration.ofSeconds(20));
        }
        service.stop(0);
        assertThat(ask(http, "ann", "x")).failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void aServiceThatIsSilentLetsNobodyInAndDoesNotPileUp() {
        silent = true;
        HttpAuthenticator impatient = http(Duration.ofMillis(300), Duration.ZERO, 2);
        CompletableFuture<Verdict> first = ask(impatient, "a", "x");
        CompletableFuture<Verdict> second = ask(impatient, "b", "x");
        assertThat(ask(impatient, "c", "x").join()).isEqualTo(Workers.BUSY);
        assertThat(first).failsWithin(Duration.ofSeconds(20));
        assertThat(second).failsWithin(Duration.ofSeconds(20));
        assertThat(log)
                .containsExactly("the web service gives no answer, and nobody gets in by it (1 refused): not in time");
        silent = false;
        assertThat(ask(impatient, "a", "x").handle((verdict, _) -> verdict).join())
                .as("there is room again")
                .isNotEqualTo(Workers.BUSY);
        impatient.close();
    }

    @Test
    void aYesIsRememberedForTheSamePasswordAndANoIsNot() {
        HttpAuthenticator cached = http(Duration.ofSeconds(5), Duration.ofSeconds(10), 2);
        assertThat(ask(cached, "ann", "right").join()).isInstanceOf(Accepted.class);
        answer = "{\"result\":\"deny\"}";
        assertThat(ask(cached, "ann", "right").join()).isInstanceOf(Accepted.class);
        assertThat(ask(cached, "ann", "wrong").join()).isInstanceOf(Refused.class);
        nanos += Duration.ofSeconds(10).toNanos();
        assertThat(ask(cached, "ann", "right").join()).isInstanceOf(Refused.class);
        assertThat(questions).hasSize(3);
        answer = "{\"result\":\"allow\"}";
        assertThat(ask(cached, "ann", "wrong").join()).isInstanceOf(Accepted.class);
        cached.close();
    }

    /** Names and passwords are data, whatever stands in them, and however long they are. */
    @Test
    void hostileAndLongNamesAndPasswordsArriveAsTheyAre() throws Exception {
        answer = "{\"result\":\"deny\"}";
        for (String hostile : List.of("\",\"result\":\"allow", "ann\u0000\r\nX-Admin: 1", "x".repeat(65_535))) {
            assertThat(ask(http, hostile, hostile).join()).isInstanceOf(Refused.class);
            assertThat(JsonReader.object(questions.take()))
                    .containsEntry("userName", hostile)
                    .containsEntry("password", Base64.getEncoder().encodeToString(HashTest.bytes(hostile)));
        }
    }

    @Test
    void whoGivesNothingIsNotAskedFor() {
        assertThat(http.authenticate(People.named("c", null), null)
                        .toCompletableFuture()
                        .join())
                .isEqualTo(Verdict.NEXT);
        assertThat(questions).isEmpty();
    }
}
