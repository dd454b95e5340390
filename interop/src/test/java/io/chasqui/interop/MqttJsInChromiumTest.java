package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.ListenerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * MQTT.js in a page that a real browser shows: secure WebSocket as the browser speaks it, from an origin that it says. The page reports
 * to the server that it came from.
 */
@Needs(
        value = {"chromium", "node", "npm"},
        install = "Chromium, Node.js and npm (Debian: chromium, nodejs, npm)")
final class MqttJsInChromiumTest {
    private static final String BUNDLE = "node_modules/mqtt/dist/mqtt.min.js";

    private final CompletableFuture<JsonObject> report = new CompletableFuture<>();
    private final List<Process> browsers = new ArrayList<>();
    private HttpServer pages;

    @BeforeEach
    void servePage() throws Exception {
        Path modules = Node.install();
        pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/page.html", exchange -> send(exchange, "text/html", Path.of("src/test/js/page.html")));
        pages.createContext("/mqtt.js", exchange -> send(exchange, "text/javascript", modules.resolve(BUNDLE)));
        pages.createContext("/report", this::hear);
        pages.start();
    }

    @AfterEach
    void stop() {
        browsers.forEach(Process::destroyForcibly);
        pages.stop(0);
    }

    private static void send(HttpExchange exchange, String type, Path file) throws IOException {
        try (exchange) {
            byte[] body = Files.readAllBytes(file);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void hear(HttpExchange exchange) throws IOException {
        try (exchange) {
            String said = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(204, -1);
            report.complete(JsonParser.parseString(said).getAsJsonObject());
        }
    }

    private static Broker broker(List<String> origins) {
        ListenerConfig listener = new ListenerConfig("web", "127.0.0.1", 0, 100, Duration.ofSeconds(30), true)
                .withProtocol(ListenerConfig.Protocol.WEBSOCKET)
                .withTls(ServerCertificate.get().config())
                .withWebsocket(origins, Duration.ofSeconds(1));
        return Broker.start(BrokerConfig.DEFAULT.withListeners(List.of(listener)));
    }

    /** Shows the page to a browser that trusts the broker's certificate and no other that it cannot verify. */
    private JsonObject show(Broker broker, Broker other) throws Exception {
        Path profile = Files.createTempDirectory(Files.createDirectories(Path.of("target/chromium")), "profile");
        browsers.add(new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox", // which root may not have, and CI is root
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--no-proxy-server",
                        "--user-data-dir=" + profile.toAbsolutePath(),
                        "--ignore-certificate-errors-spki-list="
                                + ServerCertificate.get().keyDigest(),
                        "http://127.0.0.1:" + pages.getAddress().getPort() + "/page.html?port="
                                + broker.addresses().getFirst().getPort() + "&other="
                                + other.addresses().getFirst().getPort())
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("log").toFile())
                .start());
        return report.get(Guest.PATIENCE.toSeconds() * 2, TimeUnit.SECONDS);
    }

    /** One browser for both, for it takes long to start. */
    @Test
    void aPageSpeaksMqtt5OverSecureWebSocketWhereItsOriginMay() throws Exception {
        try (Broker broker = broker(List.of("localhost"));
                Broker other = broker(List.of("https://app.example.com"))) {
            JsonObject said = show(broker, other);
            assertThat(said.get("error")).as(said.toString()).isNull();
            assertThat(said.get("protocol").getAsString()).isEqualTo("mqtt");
            assertThat(said.get("received").getAsInt()).isEqualTo(3);
            assertThat(said.get("bytes").getAsInt()).isEqualTo(300_000);
            assertThat(said.get("refused").getAsInt())
                    .as("of a topic that is the broker's own")
                    .isEqualTo(0x87);
            assertThat(said.get("other").getAsString())
                    .as("of the broker for other origins")
                    .isEqualTo("closed");
        }
    }
}
