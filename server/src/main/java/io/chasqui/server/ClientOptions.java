package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.Reconnect;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.server.probe.Target;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The options that all clients of the command line share, with the names and meanings of mosquitto_pub and mosquitto_sub. */
final class ClientOptions {
    private final CommandSpec spec;

    private ClientOptions(CommandSpec spec) {
        this.spec = spec;
    }

    /** A command whose {@code -h} is the host, so that its help is {@code --help} alone. */
    static CommandSpec command(Callable<Integer> action, String... description) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(action);
        spec.usageMessage().description(description).optionListHeading("%nOptions:%n");
        return spec.addOption(OptionSpec.builder("--help")
                .usageHelp(true)
                .description("Print this and exit.")
                .build());
    }

    static ClientOptions addTo(CommandSpec spec) {
        ClientOptions options = connectionOf(spec);
        options.text("ID", "Client Identifier. Default: one that the broker chooses.", "-i", "--id");
        options.flag("Keep the session when the connection ends; needs -i.", "-c", "--disable-clean-session");
        options.number("Seconds that such a session lasts. Default: for ever.", "-x", "--session-expiry-interval");
        options.flag("Say what the client does.", "-d", "--debug");
        options.text("TOPIC", "Where the broker publishes a Will for us.", "--will-topic");
        options.text("TEXT", "Its payload.", "--will-payload");
        options.number("Its QoS.", "--will-qos");
        options.flag("Retain it.", "--will-retain");
        return options;
    }

    /** Only what says how to reach a broker: for commands that make connections of their own, see {@link #target}. */
    static ClientOptions connectionOf(CommandSpec spec) {
        ClientOptions options = new ClientOptions(spec);
        options.text("HOST", "Where the broker is. Default: localhost.", "-h", "--host");
        options.number("Its port. Default: 1883, with TLS 8883.", "-p", "--port");
        options.text("URL", "mqtt[s]://[user[:password]@]host[:port]/topic in one.", "-L", "--url");
        options.text("NAME", "User name.", "-u", "--username");
        options.text("PASSWORD", "Password.", "-P", "--pw");
        options.text("VERSION", "mqttv5 (5), mqttv311 (311) or mqttv31 (31). Default: 5.", "-V", "--protocol-version");
        options.number("Seconds of keep alive. Default: 60.", "-k", "--keepalive");
        options.number("QoS: 0, 1 or 2. Default: 0.", "-q", "--qos");
        options.text("FILE", "PEM file of trusted authorities; turns TLS on.", "--cafile");
        options.text("FILE", "PEM file of our certificate; turns TLS on.", "--cert");
        options.text("FILE", "PEM file of its key.", "--key");
        options.flag("With TLS, do not check the host name.", "--insecure");
        return options;
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

    boolean has(String name) {
        return given().hasMatchedOption(name);
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

    /** The topic of {@code -t}, or of the path of {@code -L}. */
    @Nullable
    String topicOfUrl() {
        String url = text("-L");
        int slash = url == null ? -1 : url.indexOf('/', url.indexOf("://") + 3);
        return url == null || slash < 0 || slash == url.length() - 1 ? null : url.substring(slash + 1);
    }

    private record Server(
            String url, @Nullable String userName, @Nullable String password) {}

    private Server server() {
        String userName = text("-u");
        String password = text("-P");
        String url = text("-L");
        if (url == null) {
            boolean tls = has("--cafile") || has("--cert");
            String host = text("-h") == null ? "localhost" : text("-h");
            return new Server(
                    (tls ? "mqtts://" : "mqtt://") + host + ":" + number("-p", tls ? 8883 : 1883), userName, password);
        }
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        String server = slash < 0 ? url : url.substring(0, slash);
        int at = server.lastIndexOf('@');
        if (at >= 0) {
            String[] login = server.substring(server.indexOf("://") + 3, at).split(":", 2);
            userName = login[0];
            password = login.length > 1 ? login[1] : password;
            server = server.substring(0, server.indexOf("://") + 3) + server.substring(at + 1);
        }
        return new Server(server, userName, password);
    }

    /** What the options say of the broker, for commands that make connections of their own. */
    Target target() {
        Server server = server();
        try {
            return Target.of(
                    server.url(),
                    version(),
                    server.userName(),
                    server.password(),
                    number("-k", 60),
                    path("--cafile"),
                    path("--cert"),
                    path("--key"),
                    !has("--insecure"));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Path path(String name) {
        String text = text(name);
        return text == null ? null : Path.of(text);
    }

    /** A client as the options say. */
    MqttClient build(boolean reconnects, @Nullable Console debug) {
        Server server = server();
        try {
            MqttClientBuilder builder = MqttClient.to(server.url())
                    .version(version())
                    .keepAlive(Duration.ofSeconds(number("-k", 60)))
                    .reconnect(reconnects ? Reconnect.DEFAULT : Reconnect.NEVER);
            configure(builder, server.userName(), server.password());
            if (debug != null && has("-d")) {
                builder.listener(new DebugLines(debug));
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private void configure(MqttClientBuilder builder, @Nullable String userName, @Nullable String password) {
        String id = text("-i");
        if (id != null) {
            builder.clientId(id);
        }
        if (has("-c")) {
            builder.session(Duration.ofSeconds(has("-x") ? number("-x", 0) : Connect.NEVER_EXPIRES));
        }
        if (userName != null) {
            builder.userName(userName);
        }
        if (password != null) {
            builder.password(password.getBytes(StandardCharsets.UTF_8));
        }
        String willTopic = text("--will-topic");
        if (willTopic != null) {
            String payload = text("--will-payload");
            builder.will(
                    Message.of(willTopic, payload == null ? "" : payload)
                            .withQos(qos("--will-qos"))
                            .withRetain(has("--will-retain")),
                    Duration.ZERO);
        }
        String authorities = text("--cafile");
        if (authorities != null) {
            builder.trust(Path.of(authorities));
        }
        String certificate = text("--cert");
        String key = text("--key");
        if (certificate != null && key != null) {
            builder.certificate(Path.of(certificate), Path.of(key));
        } else if (certificate != null || key != null) {
            throw wrong("--cert and --key go together");
        }
        if (has("--insecure")) {
            builder.anyHostName();
        }
    }

    boolean isV5() {
        return version() == MqttVersion.V5;
    }

    private MqttVersion version() {
        String version = text("-V");
        return switch (version == null ? "5" : version.toLowerCase(Locale.ROOT)) {
            case "5", "mqttv5" -> MqttVersion.V5;
            case "311", "mqttv311" -> MqttVersion.V3_1_1;
            case "31", "mqttv31" -> MqttVersion.V3_1;
            default -> throw wrong("-V is " + version + "; give mqttv5, mqttv311 or mqttv31");
        };
    }

    static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done");
        codes.put("1", "the broker could not be reached, or refused; the line says why");
        codes.put("2", "the command line is wrong");
        return codes;
    }
}
