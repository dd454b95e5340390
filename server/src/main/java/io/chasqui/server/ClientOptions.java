package io.chasqui.server;

import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttException;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.probe.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The options that all commands with a connection share, with the names and meanings of mosquitto_pub and mosquitto_sub: as there, a
 * text is the next word whatever it looks like. {@link ClientSetup} makes a client of them.
 */
final class ClientOptions {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ms|s|m|min|h)?");
    private static final int TLS_FAILED = 8; // as mosquitto_pub
    private static final double MOST_SECONDS = 3_600_000;
    private static final List<String> SCHEMES = List.of("mqtt", "mqtts", "ws", "wss", "unix", "tcp", "ssl", "tls");

    private final CommandSpec spec;
    private final PacketProperties properties = new PacketProperties();

    private ClientOptions(CommandSpec spec) {
        this.spec = spec;
    }

    /** A command whose {@code -h} is the host, so that its help is {@code --help} alone. */
    static CommandSpec command(Callable<Integer> action, String... description) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(action);
        spec.usageMessage().description(description).optionListHeading("%nOptions:%n");
        spec.parser().allowOptionsAsOptionParameters(true); // a message may begin with -
        return spec.addOption(OptionSpec.builder("--help")
                .usageHelp(true)
                .description("Print this and exit.")
                .build());
    }

    static ClientOptions addTo(CommandSpec spec) {
        ClientOptions options = connectionOf(spec);
        options.text("ADDRESS", "Connect from this address.", "-A");
        options.text("URL", "Through socks5h://[user[:password]@]host[:port], or http://host:port.", "--proxy");
        options.text("ID", "Client Identifier. Default: one that the broker chooses.", "-i", "--id");
        options.text("PREFIX", "Client Identifier: this and our process id.", "-I", "--id-prefix");
        options.flag("Keep the session when the connection ends; needs -i.", "-c", "--disable-clean-session");
        options.text(
                "SECONDS",
                "How long the session lasts without a connection; -1 for ever. Default: 0, with -c for ever.",
                "-x",
                "--session-expiry-interval");
        options.flag("Print each packet that goes out or comes in.", "-d", "--debug");
        options.flag("Do not say what goes wrong while running.", "--quiet");
        options.flag("Accepted, and the case in any event: small packets are sent at once.", "--nodelay");
        options.text("TOPIC", "Where the broker publishes a Will for us.", "--will-topic");
        options.text("TEXT", "Its payload.", "--will-payload");
        options.number("Its QoS.", "--will-qos");
        options.flag("Retain it.", "--will-retain");
        options.moreTls();
        options.property();
        return options;
    }

    /** Only what says how to reach a broker: for commands that make connections of their own, see {@link #target}. */
    static ClientOptions connectionOf(CommandSpec spec) {
        ClientOptions options = new ClientOptions(spec);
        options.text("HOST", "Where the broker is. Default: localhost.", "-h", "--host");
        options.number("Its port. Default: 1883, with TLS 8883.", "-p", "--port");
        options.text(
                "URL",
                "mqtt[s]://[user[:password]@]host[:port][/topic] in one; also ws[s]://host[:port]/path.",
                "-L",
                "--url");
        options.text("PATH", "The broker's Unix domain socket, in place of a host.", "--unix");
        options.text("NAME", "User name.", "-u", "--username");
        options.text("PASSWORD", "Password.", "-P", "--pw");
        spec.addOption(OptionSpec.builder("-V", "--protocol-version")
                .paramLabel("VERSION")
                .type(String.class)
                .completionCandidates(List.of("mqttv5", "mqttv311", "mqttv31"))
                .description("mqttv5 (5), mqttv311 (311) or mqttv31 (31). Default: 5.")
                .build());
        options.number("Seconds of keep alive. Default: 60.", "-k", "--keepalive");
        spec.addOption(OptionSpec.builder("-q", "--qos")
                .paramLabel("N")
                .type(Integer.class)
                .completionCandidates(List.of("0", "1", "2"))
                .description("QoS: 0, 1 or 2. Default: 0.")
                .build());
        options.text("FILE", "PEM file of trusted authorities; turns TLS on.", "--cafile");
        options.text("FILE", "PEM file of our certificate; turns TLS on.", "--cert");
        options.text("FILE", "PEM file of its key: PKCS #8, not encrypted.", "--key");
        options.flag("With TLS, do not check the host name.", "--insecure");
        return options;
    }

    private void moreTls() {
        text("DIR", "Directory of such files (*.crt, *.pem, *.0); turns TLS on.", "--capath");
        flag("Trust the authorities of the JDK; turns TLS on.", "--tls-use-os-certs");
        text("VERSION", "tlsv1.3 or tlsv1.2. Default: either.", "--tls-version");
        text("NAMES", "TLS cipher suites by their IANA names, with colons between.", "--ciphers");
        text("PROTOCOL", "ALPN protocol to ask for, such as mqtt.", "--tls-alpn");
        for (String no : List.of("--psk", "--psk-identity", "--tls-engine", "--tls-engine-kpass-sha1", "--keyform")) {
            spec.addOption(OptionSpec.builder(no)
                    .hidden(true)
                    .type(String.class)
                    .parameterConsumer((words, option, command) -> {
                        throw wrong(
                                no + " is not supported, for TLS here is the JDK's; give --cafile, --cert and --key");
                    })
                    .build());
        }
    }

    /** {@code -D}: as many words as the property needs. */
    private void property() {
        spec.addOption(OptionSpec.builder("-D", "--property")
                .paramLabel("PACKET PROPERTY VALUE")
                .type(String.class)
                .description(
                        "A property of MQTT 5, such as: -D publish content-type text/plain; a user-property has two"
                                + " values. Packets: connect, publish, will, subscribe, unsubscribe, disconnect.")
                .parameterConsumer((words, option, command) -> {
                    String packet = word(words, "-D");
                    String property = word(words, "-D");
                    List<String> values = new ArrayList<>();
                    while (values.size() < PacketProperties.words(property)) {
                        values.add(word(words, "-D"));
                    }
                    try {
                        properties.add(packet, property, values);
                    } catch (IllegalArgumentException e) {
                        throw wrong(String.valueOf(e.getMessage()));
                    }
                })
                .build());
    }

    void text(String label, String description, String... names) {
        spec.addOption(OptionSpec.builder(names)
                .paramLabel(label)
                .type(String.class)
                .description(description)
                .build());
    }

    void texts(String label, String description, String... names) {
        spec.addOption(OptionSpec.builder(names)
                .paramLabel(label)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .description(description)
                .build());
    }

    private String word(Stack<String> words, String name) {
        if (words.isEmpty()) {
            throw wrong("a value is missing after " + name);
        }
        return words.pop();
    }

    void number(String description, String... names) {
        spec.addOption(OptionSpec.builder(names)
                .paramLabel("N")
                .type(Integer.class)
                .description(description)
                .build());
    }

    void flag(String description, String... names) {
        spec.addOption(OptionSpec.builder(names).description(description).build());
    }

    private ParseResult given() {
        return spec.commandLine().getParseResult();
    }

    @Nullable
    String text(String name) {
        return given().matchedOptionValue(name, (String) null);
    }

    List<String> texts(String name) {
        return given().matchedOptionValue(name, List.of());
    }

    int number(String name, int otherwise) {
        return given().matchedOptionValue(name, otherwise);
    }

    /** A number that may have a fraction, and is not below zero. */
    double decimal(String name, double otherwise) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,9}(\\.[0-9]*)?|\\.[0-9]+")) {
            throw wrong(name + " is " + text + "; give a number such as 1.5");
        }
        return Double.parseDouble(text);
    }

    /** Seconds, or a number with a unit; at most 1,000 hours. */
    Duration time(String name, String otherwise) {
        String text = String.valueOf(text(name) == null ? otherwise : text(name));
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw wrong(name + " is " + text + "; give seconds, or a time such as 500ms, 90s, 5m or 1h");
        }
        double seconds = Double.parseDouble(matcher.group(1))
                * switch (String.valueOf(matcher.group(2))) {
                    case "ms" -> 0.001;
                    case "m", "min" -> 60;
                    case "h" -> 3_600;
                    default -> 1;
                };
        if (seconds > MOST_SECONDS) {
            throw wrong(name + " is " + text + "; give at most 1000h");
        }
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    /** Whether the first {@code one} was typed before the first {@code other}, which may be missing. */
    boolean isBefore(String one, String other) {
        for (OptionSpec option : given().matchedOptions()) {
            List<String> names = List.of(option.names());
            if (names.contains(one) || names.contains(other)) {
                return names.contains(one);
            }
        }
        return false;
    }

    boolean has(String name) {
        return given().hasMatchedOption(name);
    }

    /** Of {@code -D}. */
    PacketProperties properties() {
        return properties;
    }

    ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    Qos qos(String name) {
        int level = number(name, 0);
        if (level < 0 || level > 2) {
            throw wrong(name + " is " + level + "; give 0, 1 or 2");
        }
        return Qos.of(level);
    }

    /** What the options say of the broker, for commands that make connections of their own. */
    Target target() {
        return new ClientSetup(this).target();
    }

    boolean isV5() {
        return version() == MqttVersion.V5;
    }

    MqttVersion version() {
        String version = text("-V");
        MqttVersion given = switch (version == null ? "5" : version.toLowerCase(Locale.ROOT)) {
            case "5", "mqttv5" -> MqttVersion.V5;
            case "311", "mqttv311" -> MqttVersion.V3_1_1;
            case "31", "mqttv31" -> MqttVersion.V3_1;
            default -> throw wrong("-V is " + version + "; give mqttv5, mqttv311 or mqttv31");
        };
        return properties.isEmpty() ? given : MqttVersion.V5; // as mosquitto_pub
    }

    /** The topic in the path of {@code -L}; null when there is none. */
    @Nullable
    String topicOfUrl() {
        String url = text("-L");
        if (url != null && !SCHEMES.contains(url.split("://", 2)[0])) {
            throw wrong("-L is " + url + "; give mqtt://host or mqtts://host, with :port and /topic, or ws[s]://");
        }
        if (url == null || !url.startsWith("mqtt")) {
            return null; // the path of a WebSocket is its own
        }
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        return slash < 0 || slash == url.length() - 1 ? null : url.substring(slash + 1);
    }

    /** A client as the options say. */
    MqttClient build(boolean reconnects, @Nullable ConnectionLines listener) {
        return build(reconnects, false, listener);
    }

    /** A client as the options say, whose messages may have to be acknowledged by hand. */
    MqttClient build(boolean reconnects, boolean manualAcknowledgement, @Nullable ConnectionLines listener) {
        return new ClientSetup(this).build(reconnects, manualAcknowledgement, listener);
    }

    /** What is said of the connection, unless {@code --quiet}. */
    ConnectionLines lines(Console console) {
        return new ConnectionLines(console, has("--quiet"));
    }

    /** DISCONNECT as {@code -D} wants it; the client is to be closed afterwards. */
    void disconnect(MqttClient client) {
        if (properties.has("disconnect")) {
            long expiry = properties.sessionExpiry("disconnect");
            client.disconnectAsync(
                            ReasonCode.NORMAL_DISCONNECTION,
                            expiry < 0 ? null : Duration.ofSeconds(expiry),
                            properties.userProperties("disconnect"))
                    .join();
        }
    }

    /** Says why a command has failed, and what it ends with: for a refused connection the code of CONNACK, as mosquitto_pub. */
    int fail(MqttException why, Console console) {
        if (!has("--quiet")) {
            console.fail(ConnectionAdvice.explain(why));
        }
        if (!(why instanceof MqttException.ConnectRefused refused)) {
            return ConnectionAdvice.isTls(why) ? TLS_FAILED : ExitCode.FAILED;
        }
        if (version() == MqttVersion.V5) {
            return refused.reason().code();
        }
        return switch (refused.reason()) {
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case SERVER_UNAVAILABLE -> 3;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case NOT_AUTHORIZED -> 5;
            default -> 1;
        };
    }

    /** Of a command that makes connections of its own, and says in words why there is none. */
    static Map<String, String> probeExitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done");
        codes.put("1", "failed, such as a broker that cannot be reached or refuses us; the line says why");
        codes.put("2", "the command line is wrong");
        return codes;
    }

    static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done");
        codes.put("1", "failed, such as a broker that cannot be reached; the line says why");
        codes.put("2", "the command line is wrong");
        codes.put("" + TLS_FAILED, "TLS failed, such as a certificate that we do not trust");
        codes.put("1-5", "with MQTT 3, the broker refused the connection: its Return Code");
        codes.put("128-162", "with MQTT 5, the broker refused the connection: its Reason Code, such as 135");
        return codes;
    }
}
