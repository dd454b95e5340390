package io.chasqui.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code config show} prints, and what the documentation is made of. */
class ConfigShowTest {
    private static final Path DOCS = Path.of("../docs/configuration.md");

    @TempDir
    Path directory;

    /** They belong into files or the environment, but somebody may have put one into a URL. */
    @Test
    void passwordsInUrlsAreShownNowhere() throws Exception {
        List<String> all = List.of(
                "sql.url=jdbc:postgresql://db/users?user=bob&password=hunter2",
                "http.url=https://bob:hunter2@id.example.com/");
        Configuration configuration = ConfigReader.read(new Sources(null, Map.of(), all, null, null));
        assertThat(ConfigShow.yaml(configuration))
                .doesNotContain("hunter2")
                .contains("url: \"jdbc:postgresql://db/users?user=bob&password=***\"");
        List<String> wrong = List.of("authentication.methods=sql", "sql.url=postgresql://bob:hunter2@db/users");
        assertThatThrownBy(() -> ConfigReader.read(new Sources(null, Map.of(), wrong, null, null)))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.report()).doesNotContain("hunter2").contains("needs a URL with jdbc:"));
    }

    @Test
    void showsEachValueWithItsOrigin() throws Exception {
        Path file = Files.writeString(directory.resolve("c.yaml"), "limits:\n  max-qos: 1\n");
        Configuration configuration = ConfigReader.read(new Sources(
                file,
                Map.of("CHASQUI_LOOPS", "2", "CHASQUI_LOPS", "1"),
                List.of("listeners.two.port=0"),
                "1884",
                null));
        assertThat(ConfigShow.yaml(configuration))
                .startsWith("""
                    # What applies, and where each value comes from.
                    listeners:
                      mqtt:
                        host: 127.0.0.1                         # default
                        port: 1884                              # command line --port 1884
                        unix-socket: none                       # default
                        unix-permissions: 600                   # default
                        protocol: mqtt                          # default
                        proxy-protocol-from: ""                 # default
                        websocket-path: /mqtt                   # default
                        websocket-origins: localhost            # default
                        websocket-ping-interval: 30s            # default
                        websocket-proxies: ""                   # default
                        max-connections: 100000                 # default
                        connect-rate: 0                         # default
                        connect-queue: 1000                     # default
                        connect-timeout: 10s                    # default
                        allow-anonymous: true                   # default
                        limits:
                          messages-per-second: 0                # default
                          bytes-per-second: 0                   # default
                          connections-per-address: 0            # default
                          client-messages-per-second: 0         # default
                          client-bytes-per-second: 0            # default
                          client-subscriptions: 0               # default
                          client-in-flight: 0                   # default
                          client-retained: 0                    # default
                      two:
                        host: 127.0.0.1                         # default
                        port: 0                                 # command line --set listeners.two.port=0
                    """)
                .contains("\nlimits:\n")
                .contains("\n  max-qos: 1                                # " + file + ":2\n")
                .contains("\nloops: 2                                    # environment CHASQUI_LOOPS\n")
                .contains("\n# If peers filled every limit at once the broker would hold ")
                .contains("\n# warning: environment variable CHASQUI_LOPS is no setting");
    }

    @Test
    void whatIsShownReadsBackAsTheSame() throws Exception {
        Configuration before = ConfigReader.read(new Sources(
                null,
                Map.of(),
                List.of(
                        "listeners.mqtt.host=::",
                        "listeners.mqtt.allow-anonymous=true",
                        "listeners.other.host=::1",
                        "listeners.other.protocol=websocket",
                        "listeners.other.websocket-path=/a,b",
                        "listeners.other.websocket-origins=https://a.example null",
                        "listeners.mqtt.websocket-origins=",
                        "listeners.other.tls.certificate=a b.pem,c.pem",
                        "listeners.other.tls.key=a.key,c.key",
                        "listeners.third.port=0",
                        "listeners.third.proxy-protocol-from=10.0.0.0/8 ::1",
                        "listeners.unix.unix-socket=run/mqtt.sock",
                        "limits.max-packet-bytes=65537",
                        "limits.max-session-expiry=3h",
                        "limits.queue-policy=drop-newest",
                        "sys-interval=off"),
                null,
                "a \"quoted\" \\ name: # \u00fc\u0085\t!"));
        Path file = Files.writeString(directory.resolve("shown.yaml"), ConfigShow.yaml(before));
        Configuration after = ConfigReader.read(Sources.of(file));
        assertThat(after.broker()).isEqualTo(before.broker());
        assertThat(after.data()).isEqualTo(before.data());
        assertThat(after.resolved()).noneMatch(resolved -> resolved.origin() instanceof Origin.Default);
    }

    @Test
    void docsAreUpToDate() throws Exception {
        assertThat(Files.exists(DOCS) ? Files.readString(DOCS) : "")
                .describedAs("docs/configuration.md is stale; run: %s", ConfigDocs.COMMAND)
                .isEqualTo(ConfigDocs.markdown());
    }

    @Test
    void docsNameEveryKey() {
        assertThat(Settings.ALL)
                .allSatisfy(setting -> assertThat(ConfigDocs.markdown())
                        .contains("| `" + setting.key().replace("*", "NAME") + "` | "));
    }

    /** The documentation must read the same wherever it is generated. */
    @Test
    void docsDoNotDependOnTheMachine() {
        assertThat(Settings.ALL)
                .filteredOn(setting -> List.of("loops", "limits.total-queue-bytes", "limits.retained-bytes")
                        .contains(setting.key()))
                .hasSize(3)
                .allMatch(setting -> setting.defaultText() != null);
    }

    @Test
    void suggestionsAreNear() {
        List<String> known = List.of("port", "host", "max-connections");
        assertThat(Suggestion.near("prot", known)).contains("port");
        assertThat(Suggestion.near("max_connections", known)).contains("max-connections");
        assertThat(Suggestion.near("colour", known)).isEmpty();
        assertThat(Suggestion.near("p".repeat(1_000_000), known)).isEmpty();
        assertThat(Suggestion.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Suggestion.distance("", "abc")).isEqualTo(3);
    }
}
