package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Key sets behind a URL: when they are asked for, and what of the answer is believed. */
class RemoteKeysTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Answer answer = exchange -> reply(exchange, 200, set("a"));
    private volatile long nanos;
    private HttpServer server;

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/keys", exchange -> {
            asked.incrementAndGet();
            try (exchange) {
                answer.to(exchange);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
    }

    private RemoteKeys keys(Duration timeout) {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
        return new RemoteKeys(url, Duration.ofHours(1), timeout, () -> nanos);
    }

    private RemoteKeys keys() {
        return keys(Duration.ofSeconds(30));
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = HashTest.bytes(body);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** A key set with one secret for each name. */
    private static String set(String... names) {
        StringBuilder keys = new StringBuilder();
        for (String name : names) {
            keys.append(keys.isEmpty() ? "" : ",")
                    .append("{\"kty\":\"oct\",\"kid\":\"")
                    .append(name)
                    .append("\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}");
        }
        return "{\"keys\":[" + keys + "]}";
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    void theyAreAskedForOnceAndRemembered() {
        try (RemoteKeys keys = keys()) {
            for (int i = 0; i < 10; i++) {
                assertThat(keys.keys().size()).isEqualTo(1);
            }
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void aKeyThatIsNotKnownMakesThemAskedForAgainButNotOften() {
        try (RemoteKeys keys = keys()) {
            answer = exchange -> reply(exchange, 200, set("a", "b")); // a new key
            for (int i = 0; i < 100; i++) {
                assertThat(keys.again().size())
                        .as("so soon after the first time")
                        .isEqualTo(1);
            }
            pass(Duration.ofSeconds(10));
            assertThat(keys.again().size()).isEqualTo(2);
            keys.again();
            assertThat(asked).hasValue(2);
            answer = exchange -> reply(exchange, 200, set("b")); // and the old one goes
            pass(Duration.ofSeconds(10));
            assertThat(keys.again().size()).isEqualTo(1);
        }
    }

    @Test
    void whatIsNoAnswerChangesNothing() {
        try (RemoteKeys keys = keys()) {
            for (Answer bad : new Answer[] {
                exchange -> reply(exchange, 500, set("a", "b")),
                exchange -> reply(exchange, 404, ""),
                exchange -> reply(exchange, 200, "no JSON"),
                exchange -> reply(exchange, 200, "{\"keys\":1}"),
                exchange -> reply(exchange, 200, "[".repeat(100_000)),
                exchange -> reply(exchange, 200, set("a", "b") + " ".repeat(300_000)),
                exchange -> {
                    exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
                    reply(exchange, 302, "");
                },
                exchange -> {
                    exchange.sendResponseHeaders(200, 1_000);
                    exchange.getResponseBody().write(HashTest.bytes(set("a", "b"))); // and then the end
                }
            }) {
                answer = bad;
                pass(Duration.ofSeconds(10));
                int before = asked.get();
                assertThat(keys.again().size()).isEqualTo(1);
                assertThat(asked.get()).isGreaterThan(before);
            }
            answer = exchange -> reply(exchange, 200, set("a", "b"));
            pass(Duration.ofSeconds(10));
            assertThat(keys.again().size()).as("all is well again").isEqualTo(2);
        }
    }

    @Test
    void aServerThatIsGoneChangesNothing() {
        try (RemoteKeys keys = keys()) {
            server.stop(0);
            pass(Duration.ofSeconds(10));
            assertThat(keys.again().size()).isEqualTo(1);
        }
    }

    @Test
    void anAnswerThatDripsIsNotWaitedFor() {
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            try {
                over.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        try (RemoteKeys keys = keys(Duration.ofMillis(200))) {
            assertThat(keys.keys().size()).isZero();
            assertThat(asked).hasValue(1);
        }
    }
}
