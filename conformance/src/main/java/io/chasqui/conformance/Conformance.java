package io.chasqui.conformance;

import io.chasqui.conformance.suite.Fixture;
import io.chasqui.conformance.suite.Report;
import io.chasqui.conformance.suite.Result;
import io.chasqui.conformance.suite.Suite;
import io.chasqui.conformance.suite.TestCase;
import io.chasqui.conformance.tests.AllTests;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The command line of the suite: points it at a broker and prints how it does. */
public final class Conformance {
    private static final String USAGE = """
        Runs the MQTT conformance tests against a broker.

        Usage: conformance [options]
          --host HOST          where the broker is (127.0.0.1)
          --port PORT          its plain MQTT port (1883)
          --ws-port PORT       the port on which it speaks WebSocket; without one those tests do not run
          --ws-path PATH       the path of its WebSocket (/mqtt)
          --version VERSION    3.1, 3.1.1, 5.0 or all (all)
          --only PATTERN       tests whose name or statements contain this regular expression
          --with SETTING=HOST:PORT
                               a broker with a setting that some tests need; may be repeated
          --timeout SECONDS    for each single wait (5)
          --abreast TESTS      tests at a time (16)
          --json               print the results as JSON
          --junit FILE         write the results as JUnit XML, too
          --list               print the tests and what they need, run nothing
          --help               print this

        The exit code is 0 when no test failed, 1 when one did, 2 when there was nothing to test.
        Settings for --with:
        """;

    private static final int CONNECT_MILLIS = 5_000;

    private String host = "127.0.0.1";
    private int port = 1883;
    private int webSocketPort; // 0 for none
    private String webSocketPath = "/mqtt";
    private String version = "all";
    private Pattern only = Pattern.compile("");
    private Duration timeout = Duration.ofSeconds(5);
    private int abreast = 16;
    private boolean json;
    private boolean list;
    private boolean help;
    private @Nullable Path junit;
    private final Map<Fixture, InetSocketAddress> brokers = new EnumMap<>(Fixture.class);

    private Conformance() {}

    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** Returns the exit code: 0 when no test failed, 1 when one did, 2 when the arguments are wrong or nothing answers. */
    public static int run(PrintStream out, PrintStream err, String... arguments) {
        Conformance main = new Conformance();
        try {
            main.parse(new ArrayDeque<>(List.of(arguments)));
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage() + "; see --help");
            return 2;
        }
        return main.run(out, err);
    }

    private void parse(Deque<String> arguments) {
        while (!arguments.isEmpty()) {
            String option = arguments.remove();
            switch (option) {
                case "--host" -> host = value(option, arguments);
                case "--port" -> port = number(option, arguments);
                case "--ws-port" -> webSocketPort = number(option, arguments);
                case "--ws-path" -> webSocketPath = value(option, arguments);
                case "--version" -> version = value(option, arguments);
                case "--only" -> only = Pattern.compile(value(option, arguments));
                case "--with" -> addBroker(value(option, arguments));
                case "--timeout" -> timeout = Duration.ofSeconds(number(option, arguments));
                case "--abreast" -> abreast = number(option, arguments);
                case "--json" -> json = true;
                case "--junit" -> junit = Path.of(value(option, arguments));
                case "--list" -> list = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        if (!List.of("all", "3.1", "3.1.1", "5.0").contains(version)) {
            throw new IllegalArgumentException("--version is " + version + "; give 3.1, 3.1.1, 5.0 or all");
        }
        if (!webSocketPath.startsWith("/")) {
            throw new IllegalArgumentException("--ws-path is " + webSocketPath + "; give a path such as /mqtt");
        }
        brokers.put(Fixture.DEFAULT, new InetSocketAddress(host, port));
        if (webSocketPort != 0) {
            brokers.put(Fixture.WEBSOCKET, new InetSocketAddress(host, webSocketPort));
        }
    }

    private static String value(String option, Deque<String> arguments) {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return arguments.remove();
    }

    private static int number(String option, Deque<String> arguments) {
        String value = value(option, arguments);
        try {
            return Integer.parseUnsignedInt(value);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(option + " is " + value + "; give a number");
        }
    }

    private void addBroker(String value) {
        String[] parts = value.split("[=:]", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("--with is " + value + "; give SETTING=HOST:PORT");
        }
        Fixture fixture = Fixture.valueOf(parts[0].toUpperCase(Locale.ROOT).replace('-', '_'));
        brokers.put(fixture, new InetSocketAddress(parts[1], Integer.parseInt(parts[2])));
    }

    private int run(PrintStream out, PrintStream err) {
        if (help) {
            out.print(USAGE);
            for (Fixture fixture : Fixture.values()) {
                out.printf(
                        "  %-24s %s%n", fixture.name().toLowerCase(Locale.ROOT).replace('_', '-'), fixture);
            }
            return 0;
        }
        List<TestCase> tests = AllTests.list().stream()
                .filter(test ->
                        version.equals("all") || test.version().toString().equals(version))
                .filter(test -> only.matcher(test.toString()).find())
                .toList();
        if (list) {
            tests.forEach(test -> out.println(test + "  needs " + test.fixture()));
            return 0;
        }
        if (tests.isEmpty()) {
            err.println("no test is called so; --list shows them all");
            return 2;
        }
        for (InetSocketAddress broker : brokers.values()) {
            if (!answers(broker)) {
                err.println("nothing listens at " + broker.getHostString() + ":" + broker.getPort());
                return 2;
            }
        }
        long start = System.nanoTime();
        List<Result> results = new Suite(brokers, webSocketPath, timeout, abreast).run(tests);
        Report report = new Report(results, Duration.ofNanos(System.nanoTime() - start));
        out.print(json ? report.json() : report.text());
        if (junit != null) {
            write(junit, report.junit());
        }
        return results.stream().anyMatch(Result::failed) ? 1 : 0;
    }

    private static boolean answers(InetSocketAddress broker) {
        try (Socket socket = new Socket()) {
            socket.connect(broker, CONNECT_MILLIS);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
