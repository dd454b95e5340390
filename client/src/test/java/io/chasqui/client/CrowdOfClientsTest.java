package io.chasqui.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.Broker;
import io.chasqui.protocol.Qos;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand clients in one JVM, all connected to a broker in another: the number of files allows for one end in each. */
@Timeout(120)
class CrowdOfClientsTest {
    private static final int CLIENTS = 10_000;
    private static final int AT_ONCE = 500; // connections being made

    /** The broker's process: says its port, and ends with its standard input. */
    static final class Server {
        private Server() {}

        public static void main(String[] args) throws IOException {
            try (Broker broker = Broker.builder().listen("127.0.0.1", 0).start()) {
                System.out.println(broker.addresses().getFirst().getPort());
                System.in.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private static Process server() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Server.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mqtt-client"))
                .count();
    }

    @Test
    void tenThousandClientsShareFourThreads() throws Exception {
        Process process = server();
        List<MqttClient> clients = new ArrayList<>(CLIENTS);
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String uri = "mqtt://127.0.0.1:" + said.readLine();
            int before = Thread.activeCount();
            List<CompletableFuture<?>> connecting = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                MqttClient client = MqttClient.to(uri).clientId("crowd-" + i).build();
                clients.add(client);
                connecting.add(client.connectAsync());
                if (connecting.size() == AT_ONCE) {
                    await(connecting);
                }
            }
            await(connecting);
            assertThat(threads()).isBetween(1L, 4L);
            assertThat(Thread.activeCount() - before).isLessThanOrEqualTo(8);

            // They are all there: each is acknowledged, and those who subscribe get what is published to them.
            CountDownLatch got = new CountDownLatch(100);
            for (int i = 0; i < CLIENTS; i += CLIENTS / 100) {
                connecting.add(clients.get(i).subscribeAsync("to/" + i, Qos.AT_LEAST_ONCE, _ -> got.countDown()));
            }
            await(connecting);
            for (int i = 0; i < CLIENTS; i++) {
                connecting.add(clients.get(CLIENTS - 1 - i).publishAsync(Message.of("to/" + i, "m")));
            }
            await(connecting);
            assertThat(got.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            clients.forEach(MqttClient::close);
            process.destroyForcibly().waitFor();
        }
        assertThat(threads()).isZero();
    }

    private static void await(List<CompletableFuture<?>> all) {
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        all.clear();
    }
}
