package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.MqttException;
import io.chasqui.client.Received;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.server.config.Suggestion;
import io.chasqui.server.format.Arrival;
import io.chasqui.server.format.Printer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The commands of {@code chasqui shell}: a connection that one talks with. Knows no terminal: lines come in by {@link #run}, on one
 * thread; what is to be shown goes to a consumer, on any thread, a block of whole lines at a time.
 */
final class Shell implements AutoCloseable {
    static final Map<String, String> COMMANDS = commands();
    private static final int MAX_TOPICS = 1_000; // remembered for completion

    private final Consumer<String> screen;
    private final Printer printer;
    private final ConnectionLines connection;
    private final Object showing = new Object();
    private final Semaphore arrived = new Semaphore(0);
    private final Map<String, Qos> subscribed = new LinkedHashMap<>(); // as is the client, of the thread of run()
    private final Set<String> topics = new LinkedHashSet<>(); // under its own lock
    private @Nullable MqttClient client;
    private String server = "";
    private boolean ended;

    /** What was typed cannot be done; the message says why and what to type. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message, null, false, false);
        }
    }

    Shell(Console console, Printer printer, Consumer<String> screen) {
        this.printer = printer;
        this.screen = screen;
        this.connection = new ConnectionLines(console, false);
    }

    private static Map<String, String> commands() {
        Map<String, String> commands = new LinkedHashMap<>();
        commands.put("connect", "connect [HOST[:PORT] | URL] [-i ID] [-u NAME] [-P PASSWORD] [-V 5|311|31]");
        commands.put("subscribe", "subscribe FILTER [QOS]");
        commands.put("unsubscribe", "unsubscribe FILTER");
        commands.put("publish", "publish [-q QOS] [-r] TOPIC [TEXT ...]");
        commands.put("wait", "wait COUNT [SECONDS]: until so many messages have come since the last wait");
        commands.put("status", "status: the connection and the subscriptions");
        commands.put("disconnect", "disconnect");
        commands.put("help", "help");
        commands.put("exit", "exit, or Ctrl-D");
        return commands;
    }

    /** Whether {@code exit} was typed. */
    boolean hasEnded() {
        return ended;
    }

    /** Topics and filters that were typed or seen, for completion. */
    List<String> topics() {
        synchronized (topics) {
            return List.copyOf(topics);
        }
    }

    /**
     * Does what a line says. Words are divided by blanks, and held together by quotes; what follows {@code #} at the begin of a
     * line is a remark.
     *
     * @throws RefusedException when it cannot
     */
    void run(String line) throws RefusedException {
        List<String> words = Words.of(line);
        if (words.isEmpty() || words.getFirst().startsWith("#")) {
            return;
        }
        String command = words.removeFirst();
        try {
            switch (command) {
                case "connect" -> connect(words);
                case "subscribe", "sub" -> subscribe(words);
                case "unsubscribe" -> unsubscribe(words);
                case "publish", "pub" -> publish(words);
                case "wait" -> await(words);
                case "status" -> status();
                case "disconnect" -> disconnect();
                case "help" -> screen.accept(String.join("\n", COMMANDS.values()));
                case "exit", "quit" -> ended = true;
                default ->
                    throw new RefusedException("unknown command " + command
                            + Suggestion.near(command, COMMANDS.keySet())
                                    .map(near -> "; did you mean " + near + "?")
                                    .orElse("; help lists all"));
            }
        } catch (MqttException e) {
            throw new RefusedException(ConnectionAdvice.explain(e));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(e.getMessage() + "; " + COMMANDS.getOrDefault(command, "help"));
        }
    }

    private void connect(List<String> words) throws RefusedException {
        Optional<String> id = option(words, "-i");
        Optional<String> userName = option(words, "-u");
        Optional<String> password = option(words, "-P");
        Optional<String> version = option(words, "-V");
        String place = words.isEmpty() ? "localhost" : words.removeFirst();
        nothingMore(words);
        disconnect();
        MqttClientBuilder builder = MqttClient.to(place.contains("://") ? place : "mqtt://" + place)
                .version(
                        switch (version.orElse("5")) {
                            case "5" -> MqttVersion.V5;
                            case "311" -> MqttVersion.V3_1_1;
                            case "31" -> MqttVersion.V3_1;
                            default -> throw new IllegalArgumentException("-V is " + version.get());
                        })
                .listener(connection);
        id.ifPresent(builder::clientId);
        userName.ifPresent(builder::userName);
        password.ifPresent(given -> builder.password(given.getBytes(StandardCharsets.UTF_8)));
        MqttClient made = builder.build();
        try {
            ConnAck connAck = made.connect();
            made.onMessage("#", this::show);
            made.onMessage("$SYS/#", this::show);
            client = made;
            server = place;
            screen.accept("connected to " + place + (connAck.sessionPresent() ? ", session resumed" : ""));
        } catch (MqttException e) {
            made.close();
            throw e;
        }
    }

    private void show(Received message) {
        remember(message.topic());
        String text = new String(
                printer.print(Arrival.of(message, ZonedDateTime.now(ZoneId.systemDefault()))), StandardCharsets.UTF_8);
        synchronized (showing) {
            screen.accept(text.stripTrailing());
        }
        arrived.release();
    }

    private void remember(String topic) {
        synchronized (topics) {
            if (topics.size() < MAX_TOPICS) {
                topics.add(topic);
            }
        }
    }

    private MqttClient connected() throws RefusedException {
        if (client == null) {
            throw new RefusedException("not connected; connect HOST");
        }
        return client;
    }

    private void subscribe(List<String> words) throws RefusedException {
        String filter = word(words, "a filter is missing");
        Qos qos = qos(words.isEmpty() ? "0" : words.removeFirst());
        nothingMore(words);
        CompletableFuture<Void> said;
        synchronized (showing) { // for retained messages may be there before we say that we are subscribed
            said = connected().subscribeAsync(filter, qos).thenRun(() -> screen.accept("subscribed to " + filter));
        }
        try {
            said.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof MqttException refused ? refused : e;
        }
        subscribed.put(filter, qos);
        remember(filter);
    }

    private void unsubscribe(List<String> words) throws RefusedException {
        String filter = word(words, "a filter is missing");
        nothingMore(words);
        connected().unsubscribe(filter);
        subscribed.remove(filter);
        screen.accept("unsubscribed from " + filter);
    }

    private void publish(List<String> words) throws RefusedException {
        Qos qos = qos(option(words, "-q").orElse("0"));
        boolean retain = !words.isEmpty() && words.getFirst().equals("-r") && words.remove("-r");
        String topic = word(words, "a topic is missing");
        connected()
                .publish(Message.of(topic, String.join(" ", words)).withQos(qos).withRetain(retain));
        remember(topic);
    }

    private void await(List<String> words) throws RefusedException {
        int count = number(word(words, "a count is missing"));
        int seconds = words.isEmpty() ? 10 : number(words.removeFirst());
        nothingMore(words);
        try {
            if (!arrived.tryAcquire(count, seconds, TimeUnit.SECONDS)) {
                throw new RefusedException(
                        "only " + arrived.drainPermits() + " of " + count + " messages have come in " + seconds + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("interrupted");
        }
    }

    private void status() {
        List<String> lines = new ArrayList<>();
        lines.add(client == null ? "not connected" : "connected to " + server);
        subscribed.forEach((filter, qos) -> lines.add("  " + filter + " (QoS " + qos.level() + ")"));
        screen.accept(String.join("\n", lines));
    }

    private void disconnect() {
        MqttClient open = client;
        client = null;
        subscribed.clear();
        if (open != null) {
            open.awaitAcknowledged(Duration.ofSeconds(2));
            open.close();
            screen.accept("disconnected from " + server);
        }
    }

    @Override
    public void close() {
        disconnect();
    }

    private static String word(List<String> words, String missing) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException(missing);
        }
        return words.removeFirst();
    }

    private static void nothingMore(List<String> words) {
        if (!words.isEmpty()) {
            throw new IllegalArgumentException("what is " + words.getFirst() + "?");
        }
    }

    /** Takes an option and its value out, from before the first other word or behind it. */
    private static Optional<String> option(List<String> words, String name) {
        int at = words.indexOf(name);
        if (at < 0) {
            return Optional.empty();
        }
        words.remove(at);
        if (at == words.size()) {
            throw new IllegalArgumentException("a value is missing after " + name);
        }
        return Optional.of(words.remove(at));
    }

    private static Qos qos(String text) {
        if (!text.matches("[012]")) {
            throw new IllegalArgumentException("the QoS is " + text + ", which is not 0, 1 or 2");
        }
        return Qos.of(Integer.parseInt(text));
    }

    private static int number(String text) {
        if (!text.matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException(text + " is no number");
        }
        return Integer.parseInt(text);
    }

    /** A line in words. */
    static final class Words {
        private Words() {}

        /** @throws RefusedException when a quote is open at the end */
        static List<String> of(String line) throws RefusedException {
            List<String> words = new ArrayList<>();
            StringBuilder word = new StringBuilder();
            boolean begun = false;
            char quote = 0;
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                    word.append(line.charAt(++i));
                    begun = true;
                } else if (quote == 0 && (c == '"' || c == '\'')) {
                    quote = c;
                    begun = true;
                } else if (quote != 0 && c == quote) {
                    quote = 0;
                } else if (quote == 0 && Character.isWhitespace(c)) {
                    if (begun) {
                        words.add(word.toString());
                        word.setLength(0);
                        begun = false;
                    }
                } else {
                    word.append(c);
                    begun = true;
                }
            }
            if (quote != 0) {
                throw new RefusedException("a " + quote + " is not closed");
            }
            if (begun) {
                words.add(word.toString());
            }
            return words;
        }
    }
}
