package io.chasqui.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.QueuePolicy;
import io.chasqui.broker.tls.ClientIdentity;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.protocol.Qos;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a file, the environment and the command line to the values that apply, and to all that is wrong with them. */
class ConfigReaderTest {
    @TempDir
    Path directory;

    @Test
    void withoutAnyValueThereAreTheDefaults() throws Exception {
        Configuration configuration =
                ConfigReader.read(new Sources(null, Map.of("PATH", "/bin"), List.of(), null, null));
        BrokerConfig usual = BrokerConfig.DEFAULT;
        assertThat(configuration.broker())
                .isEqualTo(new BrokerConfig(
                        usual.listeners(),
                        Limits.ON_DISK,
                        usual.loops(),
                        usual.shards(),
                        usual.sysInterval(),
                        usual.shutdownGrace()));
        assertThat(configuration.data()).isEqualTo(Path.of("data"));
        assertThat(configuration.logLevel()).isEqualTo(LogLevel.INFO);
        assertThat(configuration.resolved()).allMatch(resolved -> resolved.origin() instanceof Origin.Default);
        assertThat(configuration.warnings()).isEmpty();
    }

    @Test
    void aFileGivesValuesOfEveryType() throws Exception {
        Configuration configuration = file("""
            # all of it
            listeners:
              inside: {port: 1884, connect-timeout: 5s}
              outside:
                host: 0.0.0.0
                allow-anonymous: true
                max-connections: "50"
            limits:
              max-qos: 1
              max-packet-bytes: 64KiB
              queue-bytes: 2 GiB
              queue-policy: drop-oldest
              max-keep-alive: unlimited
              max-session-expiry: 7d
              retain-available: false
            sys-interval: off
            data: 'var/lib/chasqui data'
            log-level: debug
            """);
        ListenerConfig inside = configuration.broker().listeners().getFirst();
        ListenerConfig outside = configuration.broker().listeners().getLast();
        assertThat(inside.port()).isEqualTo(1884);
        assertThat(inside.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(inside.allowAnonymous()).isTrue();
        assertThat(outside.maxConnections()).isEqualTo(50);
        assertThat(configuration.broker().limits().maxQos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(configuration.broker().limits().maxPacketBytes()).isEqualTo(65_536);
        assertThat(configuration.broker().limits().queueBytes()).isEqualTo(2L << 30);
        assertThat(configuration.broker().limits().queuePolicy()).isEqualTo(QueuePolicy.DROP_OLDEST);
        assertThat(configuration.broker().limits().maxSessionExpiry()).isEqualTo(Duration.ofDays(7));
        assertThat(configuration.broker().limits().retainAvailable()).isFalse();
        assertThat(configuration.broker().sysInterval()).isZero();
        assertThat(configuration.data()).isEqualTo(Path.of("var/lib/chasqui data"));
        assertThat(configuration.logLevel()).isEqualTo(LogLevel.DEBUG);
    }

    /** The golden report: every kind of fault, in the order of the file, then the environment, then the command line. */
    @Test
    void allFaultsAreReportedAtOnce() throws IOException {
        Path file = write("""
            lissteners:
              mqtt: {port: 1}
            listeners:
              mqtt:
                prot: 1883
                port: 70000
                max-connections: many
                connect-timeout: 10
              open:
                host: 0.0.0.0
              "Bad Name": {}
            limits:
              max-qos: 3
              max-qos: 2
              max-packet-bytes: 5
              receive-maximum: 99999999999999999999
              queue-policy: drop-odlest
              retain-available: yes
              max-keep-alive:
              retained-bytes: [1, 2]
              shared-subscriptions: {a: b}
              max-session-expiry: 1500ms
              colour: blue
            max-topic-levels: 5
            loops: 0
            <<: {log-level: info}
            log-level: "in\\tfo"
            """);
        Sources sources = new Sources(
                file,
                Map.of("CHASQUI_SYS_INTERVAL", "5ms", "CHASQUI_LISTENERS_MQT_PORT", "5"),
                List.of("limits.max-in-flght=5", "shards", "listeners.mqtt.connect-timeout=2h"),
                "x",
                "");
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(sources));
        assertThat(e.report().replace(file.toString(), "chasqui.yaml")).isEqualTo("""
            chasqui.yaml:1: unknown key lissteners; did you mean listeners?
            chasqui.yaml:5: unknown key listeners.mqtt.prot; did you mean listeners.mqtt.port?
            chasqui.yaml:7: listeners.mqtt.max-connections is many; give a whole number in digits, such as 100
            chasqui.yaml:10: listeners.open.allow-anonymous is false; others can reach 0.0.0.0 and there are no \
            authentication.methods; give some, or true if everybody who reaches it may connect, or set host to 127.0.0.1
            chasqui.yaml:11: "listeners.Bad Name.name" is "Bad Name"; use 1 to 32 of a-z, 0-9 and -
            chasqui.yaml:13: limits.max-qos is 3; give 0, 1 or 2
            chasqui.yaml:14: limits.max-qos is given twice, first in line 13; remove one
            chasqui.yaml:15: limits.max-packet-bytes is 5; give 16 to 268435460
            chasqui.yaml:16: limits.receive-maximum is 99999999999999999999; give 1 to 65535
            chasqui.yaml:17: limits.queue-policy is drop-odlest; give refuse, drop-oldest or drop-newest; \
            did you mean drop-oldest?
            chasqui.yaml:18: limits.retain-available is yes; give true or false; did you mean true?
            chasqui.yaml:19: limits.max-keep-alive has no value; give one, or remove the line
            chasqui.yaml:20: limits.retained-bytes is a list; give one value: size
            chasqui.yaml:21: limits.shared-subscriptions has keys below it; give one value: true or false
            chasqui.yaml:22: limits.max-session-expiry is 1500ms; give whole seconds up to 4294967294s, or never
            chasqui.yaml:23: unknown key limits.colour; docs/configuration.md lists all keys
            chasqui.yaml:24: unknown key max-topic-levels; did you mean limits.max-topic-levels?
            chasqui.yaml:25: loops is 0; give 1 to 64
            chasqui.yaml:26: unknown key <<; docs/configuration.md lists all keys
            chasqui.yaml:27: log-level is "in\\u0009fo"; give error, warn, info, debug or trace; did you mean info?
            environment CHASQUI_LISTENERS_MQT_PORT: there is no listener mqt; did you mean mqtt?
            environment CHASQUI_SYS_INTERVAL: sys-interval is 5ms; give 1s to 1h, or off
            command line --set limits.max-in-flght=5: unknown key limits.max-in-flght; \
            did you mean limits.max-in-flight?
            command line --set shards: give key=value, such as --set limits.max-qos=1
            command line --port x: listeners.mqtt.port is x; give a whole number in digits, such as 100
            command line --data empty: data is empty; give a path
            command line --set listeners.mqtt.connect-timeout=2h: listeners.mqtt.connect-timeout is 2h; \
            give more than zero and at most 60s
            27 faults in the configuration
            """);
    }

    @Test
    void laterSourcesWin() throws Exception {
        Path file = write("listeners: {mqtt: {port: 1}}\nlimits: {max-qos: 0, max-in-flight: 1}\nshards: 100\n");
        Map<String, String> environment = Map.of(
                "CHASQUI_LISTENERS_MQTT_PORT", "2",
                "CHASQUI_LIMITS_MAX_QOS", "1",
                "CHASQUI_LIMITS_MAX_IN_FLIGHT", "2");
        Configuration configuration = ConfigReader.read(new Sources(
                file,
                environment,
                List.of("listeners.mqtt.port=3", "limits.max-in-flight=4", "limits.max-in-flight = 3"),
                "4",
                "d"));
        assertThat(origins(configuration))
                .containsEntry("shards", "100 from " + file + ":3")
                .containsEntry("limits.max-qos", "1 from environment CHASQUI_LIMITS_MAX_QOS")
                .containsEntry("limits.max-in-flight", "3 from command line --set \"limits.max-in-flight = 3\"")
                .containsEntry("listeners.mqtt.port", "4 from command line --port 4")
                .containsEntry("data", "d from command line --data d")
                .containsEntry("loops", BrokerConfig.DEFAULT.loops() + " from default");
        assertThat(configuration.broker().listeners().getFirst().port()).isEqualTo(4);
    }

    @Test
    void aListenerCanBeAddedFromOutsideTheFile() throws Exception {
        Map<String, String> environment = Map.of("CHASQUI_LISTENERS_BACK_DOOR_CONNECT_TIMEOUT", "3s");
        Configuration configuration =
                ConfigReader.read(new Sources(null, environment, List.of("listeners.back-door.port=0"), null, null));
        assertThat(configuration.broker().listeners())
                .extracting(ListenerConfig::name)
                .containsExactly("mqtt", "back-door");
        assertThat(configuration.broker().listeners().getLast().connectTimeout())
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void thePortOptionMeansTheFirstListenerWhereNoneIsCalledMqtt() throws Exception {
        Path file = write("listeners: {front: {}, back: {port: 7}}");
        Configuration configuration = ConfigReader.read(new Sources(file, Map.of(), List.of(), "5", null));
        assertThat(configuration.broker().listeners())
                .extracting(ListenerConfig::port)
                .containsExactly(5, 7);
    }

    @Test
    void twoListenersCannotShareAnAddress() throws Exception {
        ConfigException e = faults("listeners:\n  one: {}\n  two:\n    port: 1883\n");
        assertThat(e.faults())
                .singleElement()
                .asString()
                .endsWith("chasqui.yaml:4: listeners.two.port is 1883; another listener has 127.0.0.1:1883 already");
        assertThat(faults("listeners:\n  one: {}\n  two: {}\n").faults())
                .singleElement()
                .asString()
                .endsWith("chasqui.yaml:3: listeners.two.port is 1883; another listener has 127.0.0.1:1883 already");
    }

    @Test
    void anUnknownVariableIsAWarningBecauseTheEnvironmentIsShared() throws Exception {
        Map<String, String> environment = Map.of(
                "CHASQUI_LIMIT_MAX_QOS", "1",
                "CHASQUI_PORT", "tcp://10.0.0.1:1883", // what Kubernetes puts there for a service called chasqui
                "CHASQUI_PORT_1883_TCP", "tcp://10.0.0.1:1883",
                "CHASQUI_SERVICE_HOST", "10.0.0.1",
                "CHASQUI_JAVA_OPTS", "-Xmx1g");
        Configuration configuration = ConfigReader.read(new Sources(null, environment, List.of(), null, null));
        assertThat(configuration.warnings())
                .containsExactly("environment variable CHASQUI_LIMIT_MAX_QOS is no setting and is ignored;"
                        + " did you mean CHASQUI_LIMITS_MAX_QOS?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listeners: [{name: mqtt}]| listeners is a list; give a name for each listener (such as mqtt:) and its"
                        + " keys below it, without \"-\"",
                "listeners: 1883          | listeners is 1883; give a name for each listener (such as mqtt:) and its"
                        + " keys below it",
                "limits: high             | limits is high; give its keys below it",
                "listeners: {a.b: {}}     | listener a.b has a dot in its name; use a-z, 0-9 and -",
                "listeners: {a: {hst: b}} | unknown key listeners.a.hst; did you mean listeners.a.host?",
                "listeners: {a: {qqq: b}} | unknown key listeners.a.qqq; docs/configuration.md lists all keys",
                "listeners: {a: {proxy-protocol-from: [10.0.0/8]}} | listeners.a.proxy-protocol-from is 10.0.0/8; give"
                        + " networks such as 10.0.0.0/8 or ::1, or unix for Unix domain sockets",
                "listeners: {a: {unix-permissions: 0660}} | listeners.a.unix-permissions is 0660; give three octal"
                        + " digits, such as 660",
                "listeners: {a: {tls: {certificate: c.pem}}} | listeners.a.tls.key is missing; give one PEM file for"
                        + " each of 1 certificates",
                "listeners: {a: {tls: {certifcate: c.pem}}} | unknown key listeners.a.tls.certifcate; did you mean"
                        + " listeners.a.tls.certificate?",
                "listeners: {a: {tls: c.pem}} | listeners.a.tls is c.pem; give its keys below it",
                "listeners: {a: {tls: {certificate: c, key: k, key-passphrase: secret}}} |"
                        + " listeners.a.tls.key-passphrase is \"not shown\"; give file:PATH or env:NAME, where the"
                        + " passphrase is",
                "listeners: {a: {tls: {certificate: c, key: k, client-certificates: required}}} |"
                        + " listeners.a.tls.client-ca is missing; give a PEM file with the authorities whose client"
                        + " certificates are taken",
                "listeners: {a: {websocket-path: mqtt}} | listeners.a.websocket-path is mqtt; give the path of a URL,"
                        + " such as /mqtt",
                "listeners: {a: {websocket-origins: [localhost, https://a.example/x]}} | listeners.a.websocket-origins"
                        + " is \"localhost, https://a.example/x\"; give origins such as"
                        + " https://app.example.com:8443 (no path), localhost or null",
                "listeners: {a: {websocket-origins: [{b: c}]}} | listeners.a.websocket-origins has an item that is no"
                        + " word; quote null",
                "listeners: {a: {websocket-ping-interval: 10ms}} | listeners.a.websocket-ping-interval is 10ms; give 1s"
                        + " to 1h, or off",
                "listeners: {a: {port: [1]}} | listeners.a.port is a list; give one value: whole number",
                "- a                      | a list is no configuration; give lines such as log-level: info",
                "just words               | \"just words\" is no setting; give lines such as log-level: info",
                "'listeners: {a: {host: \" \"}}' | listeners.a.host is \" \"; give an address to bind, such as"
                        + " 127.0.0.1 or 0.0.0.0, or a host name",
                "'listeners: {a: {host: \"b\\n"
                        + "c\"}}' | listeners.a.host is \"b\\u000ac\"; give an address to bind, such as 127.0.0.1 or"
                        + " 0.0.0.0, or a host name",
                "listeners: {a: {allow-anonymous: false}} | listeners.a.allow-anonymous is false; there are"
                        + " no authentication.methods, so nobody could connect; give some, or true",
            })
    void theShapeIsExplained(String yaml, String message) throws Exception {
        assertThat(faults(yaml).faults()).extracting(Fault::message).containsExactly(message);
    }

    @Test
    void tlsIsASectionOfItsListener() throws Exception {
        Path file = write("""
            listeners:
              tls:
                port: 8883
                tls:
                  certificate: [a.pem, "b c.pem"]
                  key: a.key, b.key
                  min-version: 1.3
            """);
        Map<String, String> environment = Map.of("CHASQUI_LISTENERS_TLS_TLS_RELOAD_INTERVAL", "1m");
        Configuration configuration = ConfigReader.read(
                new Sources(file, environment, List.of("listeners.tls.tls.identity=san-uri"), null, null));
        TlsConfig tls = configuration.broker().listeners().getFirst().tls();
        assertThat(tls.certificate()).containsExactly(Path.of("a.pem"), Path.of("b c.pem"));
        assertThat(tls.key()).containsExactly(Path.of("a.key"), Path.of("b.key"));
        assertThat(tls.minVersion()).isEqualTo(TlsConfig.Version.TLS_1_3);
        assertThat(tls.reloadInterval()).hasMinutes(1);
        assertThat(tls.identity()).isEqualTo(ClientIdentity.SAN_URI);
        assertThat(origins(configuration))
                .containsEntry("listeners.tls.tls.certificate", "a.pem, b c.pem from " + file + ":5");
    }

    @Test
    void aUnixDomainSocketIsLocal() throws Exception {
        Configuration configuration = file("listeners: {a: {host: 0.0.0.0, unix-socket: run/mqtt.sock}}");
        ListenerConfig listener = configuration.broker().listeners().getFirst();
        assertThat(listener.unixSocket()).isEqualTo(Path.of("run/mqtt.sock"));
        assertThat(listener.isLocal()).isTrue();
        assertThat(listener.allowAnonymous()).isTrue();
        assertThat(faults("listeners: {a: {unix-socket: x}, b: {unix-socket: x}}")
                        .faults())
                .extracting(Fault::message)
                .containsExactly("listeners.b.unix-socket is x; another listener has x already");
    }

    @Test
    void aKeyOfWebSocketIsIdleOnAnotherListener() throws Exception {
        List<String> path = List.of("listeners.mqtt.websocket-path=/x");
        assertThat(ConfigReader.read(new Sources(null, Map.of(), path, null, null))
                        .warnings())
                .containsExactly(
                        "listeners.mqtt.websocket-path does nothing without listeners.mqtt.protocol: websocket");
    }

    @Test
    void aListIsWordsOrASequence() throws Exception {
        for (String origins : List.of("[\"null\", 'https://a.example']", "\"null,https://a.example\"")) {
            Path file = Files.writeString(
                    directory.resolve("list.yaml"), "listeners: {w: {websocket-origins: " + origins + "}}");
            assertThat(ConfigReader.read(Sources.of(file))
                            .broker()
                            .listeners()
                            .getFirst()
                            .websocketOrigins())
                    .containsExactly("null", "https://a.example");
        }
    }

    @Test
    void aFaultIsOneLineWhateverANameHolds() throws Exception {
        assertThat(faults("listeners: {\"a\\n\": {port: x, prt: 1}}").faults())
                .extracting(Fault::message)
                .containsExactly(
                        "unknown key \"listeners.a\\u000a.prt\"; did you mean \"listeners.a\\u000a.port\"?",
                        "\"listeners.a\\u000a.port\" is x; give a whole number in digits, such as 100",
                        "\"listeners.a\\u000a.name\" is \"a\\u000a\"; use 1 to 32 of a-z, 0-9 and -");
    }

    @ParameterizedTest
    @CsvSource({"''", "'# nothing'", "'---'", "'limits:'", "'listeners:\n  mqtt:\n'", "'%YAML 1.2\n---\nloops: 2'"})
    void nothingIsAConfigurationToo(String yaml) throws Exception {
        assertThat(file(yaml).broker().limits()).isEqualTo(Limits.ON_DISK);
    }

    @Test
    void aLongReportIsCut() throws Exception {
        ConfigException e = faults("aaaaaaaaaaaa: 1\n".repeat(1_000));
        assertThat(e.report().lines()).hasSize(52);
        assertThat(e.report()).contains("... and 950 more\n").endsWith("1000 faults in the configuration\n");
    }

    private Configuration file(String yaml) throws IOException, ConfigException {
        return ConfigReader.read(Sources.of(write(yaml)));
    }

    private ConfigException faults(String yaml) throws IOException {
        Sources sources = Sources.of(write(yaml));
        return catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(sources));
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("chasqui.yaml"), yaml, StandardCharsets.UTF_8);
    }

    private static Map<String, String> origins(Configuration configuration) {
        return configuration.resolved().stream()
                .collect(Collectors.toMap(
                        Configuration.Resolved::key, resolved -> resolved.text() + " from " + resolved.origin()));
    }
}
