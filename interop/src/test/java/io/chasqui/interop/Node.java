package io.chasqui.interop;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A node process that runs {@code src/test/js/clients.js}: commands go in, answers and events come out, one JSON object a
 * line. One process serves all tests of the run. Safe on any thread; events come on the one that reads.
 */
final class Node implements AutoCloseable {

    private final Process process;
    private final Writer commands;
    private final AtomicInteger nextCommand = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonElement>> asked = new ConcurrentHashMap<>();
    private final Map<Integer, Consumer<JsonObject>> listeners = new ConcurrentHashMap<>();

    /** Gives a test class the process, which JUnit closes at the end of the run. */
    static final class Running implements ParameterResolver {
        private static final Namespace HERE = Namespace.create(Running.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Node.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot().getStore(HERE).getOrComputeIfAbsent("node", _ -> start(), Node.class);
        }
    }

    private Node(Process process) {
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
    }

    private static Node start() {
        try {
            Path script = install().resolve("clients.js");
            return new Node(new ProcessBuilder("node", script.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Copies the script to {@code target/js} and has npm put there what it needs, unless that has been done. */
    static synchronized Path install() throws IOException, InterruptedException {
        Path from = Path.of("src/test/js");
        Path to = Files.createDirectories(Path.of("target/js"));
        Path lock = to.resolve("package-lock.json");
        boolean installed = Files.exists(lock) && Files.mismatch(lock, from.resolve("package-lock.json")) == -1;
        for (String file : List.of("clients.js", "package.json")) {
            Files.copy(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (installed) {
            return to;
        }
        Files.copy(from.resolve("package-lock.json"), lock, StandardCopyOption.REPLACE_EXISTING);
        Process npm = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund", "--prefix", to.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = npm.inputReader()) {
            List<String> lines = output.lines().toList();
            if (npm.waitFor() != 0) {
                Files.delete(lock); // or the next run would believe that it is installed
                throw new IOException("npm ci in " + to.toAbsolutePath() + " has failed: " + lines);
            }
        }
        return to;
    }

    /** Hears the events of one client. */
    void listen(int client, Consumer<JsonObject> listener) {
        listeners.put(client, listener);
    }

    void forget(int client) {
        listeners.remove(client);
    }

    /** Completes with the result of {@code command}, or with the error that it has met. */
    CompletableFuture<JsonElement> ask(JsonObject command) {
        int id = nextCommand.incrementAndGet();
        command.addProperty("id", id);
        CompletableFuture<JsonElement> answer = new CompletableFuture<>();
        asked.put(id, answer);
        try {
            synchronized (commands) {
                commands.write(command + "\n");
                commands.flush();
            }
        } catch (IOException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines()
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .forEach(this::hear);
        } catch (IOException | UncheckedIOException _) {
            // Closed while it was printing.
        }
        asked.values().forEach(answer -> answer.completeExceptionally(new IOException("node has ended")));
    }

    private void hear(JsonObject said) {
        if (said.has("event")) {
            Consumer<JsonObject> listener = listeners.get(said.get("client").getAsInt());
            if (listener != null) {
                listener.accept(said);
            }
            return;
        }
        CompletableFuture<JsonElement> answer = asked.remove(said.get("answer").getAsInt());
        if (said.has("error")) {
            answer.completeExceptionally(new IOException(said.get("error").getAsString()));
        } else {
            answer.complete(said.get("result"));
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
