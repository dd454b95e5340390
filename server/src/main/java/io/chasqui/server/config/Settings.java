package io.chasqui.server.config;

import static io.chasqui.server.config.Setting.number;
import static io.chasqui.server.config.Setting.setting;

import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.QueuePolicy;
import io.chasqui.broker.tls.ClientIdentity;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Qos;
import io.chasqui.rocksdb.Durability;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of all keys, in the order in which they are shown. It drives parsing, {@code config show} and
 * {@code docs/configuration.md}.
 *
 * <p>To add a limit: a component of {@code Limits} with its default and its check, and a row here under the same name in
 * kebab-case. Tests hold the two together.
 */
final class Settings {
    static final ValueType<Duration> SECONDS_OR_NEVER =
            ValueType.durationOr("never", Duration.ofSeconds(Connect.NEVER_EXPIRES));
    private static final ValueType<Qos> QOS =
            ValueType.oneOf(Arrays.asList(Qos.values()), qos -> String.valueOf(qos.level()));

    private static final List<Setting> OF_THE_BROKER = List.of(
            setting(
                    "listeners.*.host",
                    ValueType.TEXT,
                    "Address or host name to bind. `127.0.0.1` is reachable from this machine only, `0.0.0.0` from"
                            + " everywhere."),
            number(
                    "listeners.*.port",
                    ValueType.INTEGER,
                    "",
                    "0",
                    "65535",
                    "TCP port; 0 lets the system choose one, which the banner then shows."),
            setting(
                    "listeners.*.unix-socket",
                    ValueType.pathOr("none"),
                    "File of a Unix domain socket to listen on instead of `host` and `port`. One that a dead process"
                            + " has left behind is replaced."),
            setting(
                    "listeners.*.unix-permissions",
                    ValueType.TEXT,
                    "Permissions of that file, three octal digits. Who may write to it may connect: `600` is the"
                            + " broker's user, `660` also its group, `666` everybody on the machine."),
            setting(
                    "listeners.*.protocol",
                    ValueType.oneOf(ListenerConfig.Protocol.class),
                    "What is spoken behind the door: `mqtt` on the connection itself; `websocket`, MQTT in the binary"
                            + " frames of a WebSocket, for browsers, with the subprotocols `mqtt` and `mqttv3.1` and"
                            + " without compression; or `auto`, both, told apart by the first bytes. With `tls`, `auto`"
                            + " takes clients with and without encryption, but those with only where it requires"
                            + " client certificates."),
            setting(
                            "listeners.*.proxy-protocol-from",
                            ValueType.WORDS,
                            "Networks, such as `10.0.0.0/8` or `::1` (or `unix`, for Unix domain sockets), of proxies"
                                + " that say who their client is with the PROXY protocol, version 1 or 2. A connection"
                                + " from there has to begin with it; one from elsewhere must not.")
                    .withDefault("none"),
            setting(
                    "listeners.*.websocket-path",
                    ValueType.TEXT,
                    "Path of the URL that MQTT is at, `ws://HOST:PORT/mqtt`. Everything else is 404."),
            setting(
                    "listeners.*.websocket-origins",
                    ValueType.WORDS,
                    "Web pages that may connect, by their origin, such as `https://app.example.com:8443`. `localhost`"
                            + " stands for all pages that are served from the client's own machine, `null` for those"
                            + " that hide where they come from (files, sandboxes); an empty list lets all in. A page"
                            + " of anyone's can reach what the browser's machine can reach, so by default strangers'"
                            + " pages get 403. Clients that are no browsers say no origin and always come in."),
            number(
                    "listeners.*.websocket-ping-interval",
                    ValueType.durationOr("off", Duration.ZERO),
                    "",
                    "1s",
                    "1h",
                    "A client that has been silent for so long is sent a ping, which keeps proxies from closing idle"
                            + " connections; one that stays silent for as long again is closed."),
            setting(
                            "listeners.*.websocket-proxies",
                            ValueType.WORDS,
                            "Networks, as above, of proxies whose header `X-Forwarded-For` is believed: the client is"
                                    + " the last address in it that is no such proxy.")
                    .withDefault("none"),
            number(
                    "listeners.*.max-connections",
                    ValueType.INTEGER,
                    "connections",
                    "1",
                    "10000000",
                    "Network Connections of this listener; one more is accepted and closed at once."),
            number(
                    "listeners.*.connect-rate",
                    ValueType.INTEGER,
                    "connections",
                    "0",
                    "1000000",
                    "Connections that are let in a second; those beyond wait in a queue, where their handshakes cost"
                            + " nothing. 0 is any number. One TLS handshake takes about a millisecond of a processor."),
            number(
                    "listeners.*.connect-queue",
                    ValueType.INTEGER,
                    "connections",
                    "0",
                    "1000000",
                    "Connections that may wait so. One more is told at once that the server is busy, without a"
                            + " handshake: 0x89 for a CONNECT, 503 for a WebSocket, an alert for TLS."),
            number(
                    "listeners.*.connect-timeout",
                    ValueType.DURATION,
                    "",
                    "1ms",
                    "60s",
                    "Time from accepting a connection to its CONNECT packet, the handshakes of TLS and WebSocket"
                            + " included; a connection that is slower is closed."),
            setting(
                            "listeners.*.tls.certificate",
                            ValueType.PATHS,
                            "PEM file with the server's certificate and behind it its chain; its presence makes the"
                                + " listener speak TLS. Several files, each with its key in `tls.key`, serve several"
                                + " names: a client sees the one for the name that it asks for (SNI), or the first.")
                    .withDefault("none"),
            setting(
                            "listeners.*.tls.key",
                            ValueType.PATHS,
                            "PEM file with the private key: PKCS#8, also encrypted, PKCS#1 or SEC 1. One for each"
                                    + " certificate, in the same order.")
                    .withDefault("none"),
            setting(
                            "listeners.*.tls.key-passphrase",
                            ValueType.TEXT,
                            "Where the passphrase of encrypted keys is: `file:PATH` (its first line) or `env:NAME`.")
                    .withDefault("none"),
            setting(
                    "listeners.*.tls.client-certificates",
                    ValueType.oneOf(TlsConfig.ClientCertificates.class),
                    "Whether clients show a certificate. One that is shown must be valid also where it is optional,"
                            + " or there is no connection."),
            setting(
                            "listeners.*.tls.client-ca",
                            ValueType.PATHS,
                            "PEM files with the authorities whose client certificates are taken. Each authority in them"
                                    + " is trusted by itself.")
                    .withDefault("none"),
            setting(
                            "listeners.*.tls.client-crl",
                            ValueType.PATHS,
                            "PEM files with revocation lists. Where there is any, every issuer of a client's chain"
                                    + " needs one that is in its time, or the client is refused.")
                    .withDefault("none"),
            setting(
                    "listeners.*.tls.identity",
                    ValueType.oneOf(ClientIdentity.class),
                    "What of a client's certificate says who the client is: the Common Name, the first DNS name, e-mail"
                            + " address or URI of its Subject Alternative Name, or its whole subject."),
            setting(
                    "listeners.*.tls.min-version",
                    ValueType.oneOf(Arrays.asList(TlsConfig.Version.values()), TlsConfig.Version::label),
                    "Oldest version of TLS that is spoken."),
            setting(
                            "listeners.*.tls.ciphers",
                            ValueType.WORDS,
                            "Cipher suites by the names of their standard, such as `TLS_AES_128_GCM_SHA256`, for those"
                                    + " who must.")
                    .withDefault("AES-GCM and ChaCha20-Poly1305, with forward secrecy"),
            number(
                    "listeners.*.tls.reload-interval",
                    ValueType.DURATION,
                    "",
                    "1s",
                    "1d",
                    "How often to look whether one of the files has changed. New connections then meet the new ones;"
                            + " others stay as they are. Files that cannot be used change nothing and are complained"
                            + " of in the log."),
            number(
                    "listeners.*.limits.messages-per-second",
                    ValueType.INTEGER,
                    "messages",
                    "0",
                    "1000000000",
                    "Messages that all clients of this listener together may publish in a second; `guard.over-limit`"
                        + " says what those meet who publish more. 0 here and below: no limit but those that hold for"
                        + " all."),
            number(
                    "listeners.*.limits.bytes-per-second",
                    ValueType.SIZE_LONG,
                    "bytes",
                    "0",
                    null,
                    "Bytes of payload that they together may publish in a second."),
            number(
                    "listeners.*.limits.connections-per-address",
                    ValueType.INTEGER,
                    "connections",
                    "0",
                    "10000000",
                    "Connections that one address may have at a time; one more is refused with 0x97."),
            number(
                    "listeners.*.limits.client-messages-per-second",
                    ValueType.INTEGER,
                    "messages",
                    "0",
                    "10000000",
                    "In place of `guard.messages-per-second` for clients of this listener."),
            number(
                    "listeners.*.limits.client-bytes-per-second",
                    ValueType.SIZE_LONG,
                    "bytes",
                    "0",
                    null,
                    "In place of `guard.bytes-per-second`."),
            number(
                    "listeners.*.limits.client-subscriptions",
                    ValueType.INTEGER,
                    "subscriptions",
                    "0",
                    "1000000000",
                    "Subscriptions of one client, beside `limits.max-subscriptions-per-client`."),
            number(
                    "listeners.*.limits.client-in-flight",
                    ValueType.INTEGER,
                    "messages",
                    "0",
                    "65535",
                    "QoS 1 and 2 messages that one client may have unacknowledged, beside `limits.max-in-flight`."),
            number(
                    "listeners.*.limits.client-retained",
                    ValueType.INTEGER,
                    "messages",
                    "0",
                    "1000000000",
                    "Retained messages that one client may have set, beside `limits.retained-per-client`."),
            setting(
                            "listeners.*.allow-anonymous",
                            ValueType.YES_OR_NO,
                            "Whether clients that give neither User Name nor password come in. Where there are no"
                                + " `authentication.methods`, everybody comes in, so a listener that others can reach"
                                + " starts only when this is set to `true` explicitly.")
                    .withDefault("`true` where `host` is loopback, or for a Unix domain socket, unless there are"
                            + " `authentication.methods`"),
            number(
                    "limits.max-connections",
                    ValueType.INTEGER,
                    "connections",
                    "1",
                    "10000000",
                    "Network Connections of all listeners together."),
            number(
                    "limits.max-sessions",
                    ValueType.INTEGER,
                    "sessions",
                    "1",
                    "1000000000",
                    "Sessions, connected or not."),
            number(
                    "limits.max-packet-bytes",
                    ValueType.SIZE_INT,
                    "bytes",
                    "16",
                    "268435460",
                    "Maximum Packet Size. A larger packet is refused when its fixed header is read, before anything is"
                            + " buffered."),
            number(
                    "limits.receive-maximum",
                    ValueType.INTEGER,
                    "messages",
                    "1",
                    "65535",
                    "Receive Maximum: QoS 1 and 2 messages that an MQTT 5 client may have unacknowledged with the"
                            + " broker."),
            number(
                    "limits.topic-alias-maximum",
                    ValueType.INTEGER,
                    "aliases",
                    "0",
                    "65535",
                    "Topic Alias Maximum: aliases that an MQTT 5 client may set. 0 offers none."),
            number(
                    "limits.outbound-topic-alias-maximum",
                    ValueType.INTEGER,
                    "aliases",
                    "0",
                    "65535",
                    "Aliases that the broker uses towards one client, where the client allows them. 0 uses none."),
            setting("limits.max-qos", QOS, "Highest QoS that is taken in a PUBLISH and granted in a SUBACK."),
            number(
                    "limits.max-in-flight",
                    ValueType.INTEGER,
                    "messages",
                    "1",
                    "65535",
                    "QoS 1 and 2 messages on their way to one client and not yet acknowledged; the client's Receive"
                            + " Maximum can lower it."),
            number(
                            "limits.queue-messages",
                            ValueType.INTEGER,
                            "messages",
                            "0",
                            "1000000000",
                            "Messages that wait for one session.")
                    .withDefault("`10000000`, `1000000` with a store in memory"),
            number(
                            "limits.queue-bytes",
                            ValueType.SIZE_LONG,
                            "bytes",
                            "0",
                            null,
                            "Bytes of payload and topic that wait for one session.")
                    .withDefault("`4GiB`, `256MiB` with a store in memory"),
            number(
                            "limits.total-queue-bytes",
                            ValueType.SIZE_LONG,
                            "bytes",
                            "0",
                            null,
                            "Bytes of payload and topic that wait for all sessions together.")
                    .withDefault("`64GiB`, half of the heap with a store in memory"),
            number(
                            "limits.queue-memory-bytes",
                            ValueType.SIZE_LONG,
                            "bytes",
                            "0",
                            null,
                            "Of these, what is held in memory. Beyond it, messages of sessions that the store keeps"
                                    + " wait in the store alone, and others are refused.")
                    .withDefault("a quarter of the heap"),
            setting(
                    "limits.queue-policy",
                    ValueType.oneOf(QueuePolicy.class),
                    "What a full queue does. `refuse`: the new message is refused, and an MQTT 5 publisher hears 0x97"
                            + " Quota exceeded. `drop-oldest`: messages that wait longest make room. `drop-newest`: the"
                            + " new message is dropped for this session. What is dropped is counted."),
            number(
                    "limits.outbound-buffer-bytes",
                    ValueType.SIZE_INT,
                    "bytes",
                    "1",
                    "1GiB",
                    "Bytes that may wait in one connection's buffer before further messages wait in the session's"
                            + " queue."),
            number(
                            "limits.connection-memory-bytes",
                            ValueType.SIZE_LONG,
                            "bytes",
                            "1MiB",
                            null,
                            "Bytes that all connections together may hold: parts of packets that have come, and what"
                                + " their clients have not taken. From half of it on those that hold more than a fair"
                                + " part are neither read nor written to, and after a second those that hold most are"
                                + " closed; from three quarters on publishers are slowed. Each loop has its share.")
                    .withDefault("a quarter of the heap"),
            number(
                    "limits.max-topic-levels",
                    ValueType.INTEGER,
                    "levels",
                    "1",
                    "65535",
                    "Levels of a Topic Name or Topic Filter."),
            number(
                    "limits.max-subscriptions-per-client",
                    ValueType.INTEGER,
                    "subscriptions",
                    "1",
                    "1000000000",
                    "Subscriptions of one session."),
            number(
                    "limits.max-client-id-bytes",
                    ValueType.INTEGER,
                    "bytes",
                    "23",
                    "65535",
                    "Length of a Client Identifier in UTF-8."),
            number(
                    "limits.retained-messages",
                    ValueType.INTEGER,
                    "messages",
                    "0",
                    "1000000000",
                    "Retained messages in all."),
            number(
                            "limits.retained-bytes",
                            ValueType.SIZE_LONG,
                            "bytes",
                            "0",
                            null,
                            "Bytes of payload and topic of all retained messages.")
                    .withDefault("a quarter of the heap"),
            number(
                    "limits.retained-per-client",
                    ValueType.INTEGER,
                    "messages",
                    "0",
                    "1000000000",
                    "Retained messages that one Client Identifier may have set, for as long as they are retained. One"
                            + " more is refused with 0x97 Quota exceeded."),
            number(
                    "limits.max-keep-alive",
                    ValueType.durationOr("unlimited", Duration.ZERO),
                    "",
                    "0s",
                    "65535s",
                    "Longest Keep Alive. An MQTT 5 client that asks for more, or for none, is told Server Keep Alive."),
            number(
                    "limits.max-session-expiry",
                    SECONDS_OR_NEVER,
                    "",
                    "0s",
                    "4294967294s",
                    "Longest Session Expiry Interval; a client that asks for more is told this one."),
            setting(
                    "limits.retain-available",
                    ValueType.YES_OR_NO,
                    "Whether retained messages are offered; if not, RETAIN is refused with 0x9A."),
            setting(
                    "limits.wildcard-subscriptions",
                    ValueType.YES_OR_NO,
                    "Whether `+` and `#` are offered in Topic Filters; if not, they are refused with 0xA2."),
            setting(
                    "limits.shared-subscriptions",
                    ValueType.YES_OR_NO,
                    "Whether `$share` subscriptions are offered; if not, they are refused with 0x9E."),
            setting(
                    "limits.subscription-identifiers",
                    ValueType.YES_OR_NO,
                    "Whether Subscription Identifiers are offered; if not, they are refused with 0xA1."),
            setting(
                    "limits.check-payload-format",
                    ValueType.YES_OR_NO,
                    "Whether a payload that is said to be UTF-8 and is not is refused with 0x99."),
            setting(
                    "limits.disconnect-refused-v3",
                    ValueType.YES_OR_NO,
                    "What an MQTT 3 client meets whose message is refused for lack of room, since it cannot be told:"
                        + " `true` disconnects it, so that it keeps the message; `false` acknowledges a message that"
                        + " did not reach everyone."),
            number(
                            "loops",
                            ValueType.INTEGER,
                            "threads",
                            "1",
                            "64",
                            "Event loops. Sessions are spread over them by Client Identifier.")
                    .withDefault("one per processor, at most 64"),
            number(
                    "shards",
                    ValueType.INTEGER,
                    "shards",
                    "1",
                    "4096",
                    "Parts that sessions are divided into, each at home on one loop; at least as many as `loops`."
                            + " Fixed for the life of a store."),
            number(
                    "sys-interval",
                    ValueType.durationOr("off", Duration.ZERO),
                    "",
                    "1s",
                    "1h",
                    "How often the `$SYS` topics are published."),
            number(
                    "shutdown-grace",
                    ValueType.DURATION,
                    "",
                    "0s",
                    "60s",
                    "How long a stop waits for clients to take the last bytes."),
            setting(
                    "store.type",
                    ValueType.oneOf(StoreSettings.Type.class),
                    "`rocksdb`: sessions, their messages and retained messages are kept in files below `data`."
                            + " `memory`: they end with the process."),
            setting(
                    "store.durability",
                    ValueType.oneOf(Durability.class),
                    "What an acknowledgement survives. `sync`: the loss of power; each write waits until the disk has"
                        + " it. `async`: the end of the process, but not of the operating system. `none`: an orderly"
                        + " stop only."),
            number(
                    "store.reserve-bytes",
                    ValueType.SIZE_LONG,
                    "bytes",
                    "0",
                    "1024TiB",
                    "Free space on the disk of `data` below which messages that would have to be kept are refused; what"
                            + " is delivered is still taken off."),
            number(
                    "store.write-buffer-bytes",
                    ValueType.SIZE_LONG,
                    "bytes",
                    "1MiB",
                    "1TiB",
                    "Memory for what was written lately, outside the heap."),
            number(
                    "store.cache-bytes",
                    ValueType.SIZE_LONG,
                    "bytes",
                    "1MiB",
                    "1TiB",
                    "Memory for what was read lately, outside the heap."),
            setting(
                    "data",
                    ValueType.PATH,
                    "Directory for what has to outlive the process, relative to the current directory; made for its"
                            + " owner alone where it is not there. One broker at a time uses it."),
            setting("log-level", ValueType.oneOf(LogLevel.class), "How much is logged, to standard error."));

    static final List<Setting> ALL =
            Stream.concat(OF_THE_BROKER.stream(), SecurityRows.ALL.stream()).toList();

    private static final Map<String, Setting> BY_KEY =
            ALL.stream().collect(Collectors.toMap(Setting::key, Function.identity()));

    private Settings() {}

    /** @param key with the real name of a listener, or {@code *} */
    static @Nullable Setting find(String key) {
        String[] parts = key.split("\\.", -1);
        boolean ofListener = parts.length >= 3 && parts[0].equals("listeners");
        return BY_KEY.get(
                ofListener ? Setting.ANY_LISTENER + key.substring("listeners.".length() + parts[1].length() + 1) : key);
    }

    /** The settings directly in a section: {@code limits.}, {@code listeners.*.} or the empty string for the top level. */
    static List<Setting> in(String section) {
        return ALL.stream().filter(setting -> setting.section().equals(section)).toList();
    }
}
