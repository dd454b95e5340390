package io.chasqui.server;

import io.chasqui.client.Message;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.Reconnect;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.server.probe.Target;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Makes a client of {@link ClientOptions}. For one use. */
final class ClientSetup {
    private static final int TLS_PORT = 8883;
    private static final int SOCKS_PORT = 1080;

    private final ClientOptions options;
    private @Nullable String userName;
    private @Nullable String password;

    ClientSetup(ClientOptions options) {
        this.options = options;
        this.userName = options.text("-u");
        this.password = options.text("-P");
    }

    /** @throws picocli.CommandLine.ParameterException when the options contradict each other */
    MqttClient build(boolean reconnects, boolean manualAcknowledgement, @Nullable ConnectionLines listener) {
        try {
            MqttClientBuilder builder = MqttClient.to(server())
                    .version(options.version())
                    .keepAlive(Duration.ofSeconds(options.number("-k", 60)))
                    .reconnect(reconnects ? Reconnect.DEFAULT : Reconnect.NEVER);
            options.properties().configure(builder);
            session(builder);
            login(builder);
            will(builder);
            tls(builder);
            way(builder);
            if (options.has("-M")) { // of pub alone
                builder.maxInFlight(options.number("-M", 0));
            }
            if (manualAcknowledgement) {
                builder.manualAcknowledgement();
            }
            if (listener != null) {
                builder.listener(listener);
                if (options.has("-d")) {
                    builder.packets(new PacketLines(listener.bytes()));
                }
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw options.wrong(String.valueOf(e.getMessage()));
        }
    }

    /** For commands that make connections of their own. */
    Target target() {
        try {
            String server = server(); // finds user name and password, too
            return Target.of(
                    server,
                    options.version(),
                    userName,
                    password,
                    options.number("-k", 60),
                    path("--cafile"),
                    path("--cert"),
                    path("--key"),
                    !options.has("--insecure"));
        } catch (IllegalArgumentException e) {
            throw options.wrong(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Path path(String name) {
        String text = options.text(name);
        return text == null ? null : Path.of(text);
    }

    private String server() {
        String socket = options.text("--unix");
        String url = options.text("-L");
        if (socket != null) {
            return "unix://" + Path.of(socket).toAbsolutePath();
        }
        if (url != null) {
            return withoutLogin(url);
        }
        int port = options.number("-p", -1);
        boolean tls = port == TLS_PORT
                || List.of("--cafile", "--capath", "--cert", "--tls-use-os-certs").stream()
                        .anyMatch(options::has);
        String host = options.text("-h") == null ? "localhost" : options.text("-h");
        String name = String.valueOf(host);
        return (tls ? "mqtts://" : "mqtt://")
                + (name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name)
                + (port == -1 ? "" : ":" + port);
    }

    /** Takes user and password out of a URL, and the topic that mosquitto_pub puts into the path. */
    private String withoutLogin(String url) {
        int begin = url.indexOf("://") + 3;
        if (begin < 3) {
            throw options.wrong("-L is " + url + "; give mqtt://host or mqtts://host, with :port and /topic");
        }
        int slash = url.indexOf('/', begin);
        String place = slash < 0 ? url.substring(begin) : url.substring(begin, slash);
        String path = slash < 0 || url.startsWith("mqtt") ? "" : url.substring(slash);
        int at = place.lastIndexOf('@');
        if (at >= 0) {
            String[] login = place.substring(0, at).split(":", 2);
            userName = login[0];
            password = login.length > 1 ? login[1] : password;
        }
        return url.substring(0, begin) + place.substring(at + 1) + path;
    }

    private void session(MqttClientBuilder builder) {
        String id = options.text("-i");
        String prefix = options.text("-I");
        if (id != null && prefix != null) {
            throw options.wrong("give -i or -I, not both");
        }
        if (prefix != null) {
            builder.clientId(prefix + ProcessHandle.current().pid());
        } else if (id != null) {
            builder.clientId(id);
        } else if (options.version() == MqttVersion.V3_1) { // which knows no empty one
            builder.clientId(
                    "chasqui-" + Integer.toString(ThreadLocalRandom.current().nextInt(1 << 30), 36));
        }
        long expiry = sessionExpiry();
        if (options.has("-c")) {
            builder.session(Duration.ofSeconds(expiry < 0 ? Connect.NEVER_EXPIRES : expiry));
        } else if (expiry > 0) {
            builder.session(Duration.ofSeconds(expiry)).cleanStart();
        }
    }

    /** Seconds, or -1 when it is not given. */
    private long sessionExpiry() {
        String text = options.text("-x");
        if (text == null) {
            return options.properties().sessionExpiry("connect");
        }
        if (text.equals("-1") || text.equals("∞")) {
            return Connect.NEVER_EXPIRES;
        }
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) > Connect.NEVER_EXPIRES) {
            throw options.wrong("-x is " + text + "; give 0 to 4294967295, or -1 for ever");
        }
        return Long.parseLong(text);
    }

    private void login(MqttClientBuilder builder) {
        if (userName != null) {
            builder.userName(userName);
        }
        if (password != null) {
            builder.password(password.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void will(MqttClientBuilder builder) {
        String topic = options.text("--will-topic");
        if (topic == null) {
            for (String each : List.of("--will-payload", "--will-retain")) {
                if (options.has(each)) {
                    throw options.wrong(each + " needs --will-topic");
                }
            }
            return;
        }
        String payload = options.text("--will-payload");
        Message will = Message.of(topic, payload == null ? "" : payload)
                .withQos(options.qos("--will-qos"))
                .withRetain(options.has("--will-retain"));
        builder.will(
                options.properties().applyTo(will, "will"), options.properties().willDelay());
    }

    private void tls(MqttClientBuilder builder) {
        String authorities = options.text("--cafile");
        String directory = options.text("--capath");
        if (authorities != null && directory != null) {
            throw options.wrong("give --cafile or --capath, not both");
        }
        if (authorities != null || directory != null) {
            builder.trust(Path.of(String.valueOf(authorities == null ? directory : authorities)));
        }
        String certificate = options.text("--cert");
        String key = options.text("--key");
        if (certificate != null && key != null) {
            builder.certificate(Path.of(certificate), Path.of(key));
        } else if (certificate != null || key != null) {
            throw options.wrong("--cert and --key go together");
        }
        if (options.has("--insecure")) {
            builder.anyHostName();
        }
        String ciphers = options.text("--ciphers");
        String protocol = options.text("--tls-alpn");
        builder.tls(
                tlsVersions(),
                ciphers == null ? List.of() : List.of(ciphers.split(":", -1)),
                protocol == null ? List.of() : List.of(protocol));
    }

    private List<String> tlsVersions() {
        String version = options.text("--tls-version");
        if (version == null) {
            return List.of();
        }
        return switch (version.toLowerCase(Locale.ROOT)) {
            case "tlsv1.3" -> List.of("TLSv1.3");
            case "tlsv1.2" -> List.of("TLSv1.2");
            default -> throw options.wrong("--tls-version is " + version + "; give tlsv1.3 or tlsv1.2");
        };
    }

    /** From which address, and through which proxy. */
    private void way(MqttClientBuilder builder) {
        String from = options.text("-A");
        if (from != null) {
            builder.localAddress(from);
        }
        String proxy = options.text("--proxy");
        if (proxy == null) {
            return;
        }
        URI uri = URI.create(proxy);
        String host = uri.getHost();
        boolean http = "http".equals(uri.getScheme());
        if (host == null || !(http || "socks5h".equals(uri.getScheme()) || "socks5".equals(uri.getScheme()))) {
            throw options.wrong("--proxy is " + proxy + "; give socks5h://host:1080 or http://host:3128");
        }
        if (http) {
            builder.httpProxy(host, uri.getPort() < 0 ? 80 : uri.getPort());
        } else {
            builder.socksProxy(host, uri.getPort() < 0 ? SOCKS_PORT : uri.getPort());
        }
        String login = uri.getUserInfo(); // decoded
        if (login != null) {
            String[] parts = login.split(":", 2);
            builder.proxyLogin(parts[0], parts.length > 1 ? parts[1] : "");
        }
    }
}
