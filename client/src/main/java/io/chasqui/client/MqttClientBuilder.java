package io.chasqui.client;

import io.chasqui.client.transport.Endpoint;
import io.chasqui.client.transport.Security;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Says what an {@link MqttClient} is like; each call returns this builder. Everything has a default but the server. Confined to
 * the thread that uses it.
 */
public final class MqttClientBuilder {
    private static final Duration FOREVER = Duration.ofSeconds(Connect.NEVER_EXPIRES);
    private static final Duration MAX_TIMEOUT = Duration.ofHours(1);

    private final String server;
    private final List<String> wrong = new ArrayList<>();
    private MqttVersion version = MqttVersion.V5;
    private String clientId = "";
    private boolean cleanStart = true;
    private Duration sessionExpiry = Duration.ZERO;
    private Duration keepAlive = Duration.ofSeconds(60);
    private @Nullable String userName;
    private byte @Nullable [] password;
    private @Nullable Will will;
    private @Nullable EnhancedAuthentication authentication;
    private final List<UserProperty> userProperties = new ArrayList<>();
    private int receiveMaximum = 1_000;
    private long maximumPacketBytes = Connect.NO_LIMIT;
    private int topicAliasMaximum = 16;
    private int sendTopicAliases = 16;
    private int maxInFlight = 1_000;
    private int outboxMessages = 10_000;
    private long outboxBytes = 64L << 20;
    private WhenFull whenFull = WhenFull.BLOCK;
    private @Nullable Path outboxDirectory;
    private boolean outboxSync = true;
    private int inboxMessages = 4_096;
    private boolean manualAcknowledgement;
    private @Nullable Executor callbacks;
    private @Nullable ConnectionListener listener;
    private Reconnect reconnect = Reconnect.DEFAULT;
    private Duration answerTimeout = Duration.ofSeconds(30);
    private Duration connectTimeout = Duration.ofSeconds(10);
    private @Nullable SSLContext sslContext;
    private @Nullable Path trusted;
    private @Nullable Path certificate;
    private @Nullable Path key;
    private boolean checkHostName = true;
    private Endpoint.@Nullable Proxy proxy;
    private @Nullable String localAddress;
    private List<String> tlsVersions = List.of();
    private List<String> tlsCiphers = List.of();
    private List<String> tlsApplicationProtocols = List.of();
    private boolean requestResponseInformation = true;
    private boolean requestProblemInformation = true;
    private @Nullable PacketListener packets;

    MqttClientBuilder(String server) {
        this.server = server;
    }

    /** 5.0 unless told: or 3.1.1, or 3.1. What a version does not have is left out, or fails where that would change the meaning. */
    public MqttClientBuilder version(MqttVersion newVersion) {
        version = newVersion;
        return this;
    }

    /** Client Identifier; empty, the default, lets the server choose one. A session that is to be found again needs one. */
    public MqttClientBuilder clientId(String newClientId) {
        clientId = newClientId;
        return this;
    }

    /**
     * Asks for a session that outlives its connections: the server keeps subscriptions and messages while we are away. Needs a
     * {@link #clientId}.
     *
     * @param expiry after which the server may forget it, up to 4,294,967,295 s, which is for ever; 3.1.1 knows only for ever
     */
    public MqttClientBuilder session(Duration expiry) {
        cleanStart = false;
        sessionExpiry = expiry;
        return this;
    }

    /** Clean Start on the first connect although there is a session to come back to later. */
    public MqttClientBuilder cleanStart() {
        cleanStart = true;
        return this;
    }

    /** How long the connection may be silent before a PINGREQ is sent; 60 s, zero for never, at most 65,535 s. */
    public MqttClientBuilder keepAlive(Duration newKeepAlive) {
        keepAlive = newKeepAlive;
        return this;
    }

    public MqttClientBuilder userName(String newUserName) {
        userName = newUserName;
        return this;
    }

    public MqttClientBuilder password(byte[] newPassword) {
        password = newPassword.clone();
        return this;
    }

    /** What the server publishes when this client is lost; {@code delay} later, if it has not come back (MQTT 5). */
    public MqttClientBuilder will(Message message, Duration delay) {
        will = new Will(
                message.qos(),
                message.retain(),
                message.topic(),
                message.properties(),
                delay.toSeconds(),
                message.expiry() == null ? Publish.ABSENT : message.expiry().toSeconds(),
                message.payload());
        return this;
    }

    /** Enhanced authentication, MQTT 5. */
    public MqttClientBuilder authentication(EnhancedAuthentication newAuthentication) {
        authentication = newAuthentication;
        return this;
    }

    /**
     * Whether an MQTT 5 server is asked for Response Information, and to say in its acknowledgements what was wrong, as text; true and
     * true. Without the text they are shorter, and failures have no reason string. A server that sends it all the same breaks the
     * standard, and is left.
     */
    public MqttClientBuilder requestInformation(boolean response, boolean problem) {
        requestResponseInformation = response;
        requestProblemInformation = problem;
        return this;
    }

    /** Who sees every packet, for debugging. */
    public MqttClientBuilder packets(PacketListener newPackets) {
        packets = newPackets;
        return this;
    }

    /** A User Property of CONNECT. */
    public MqttClientBuilder userProperty(String name, String value) {
        userProperties.add(new UserProperty(name, value));
        return this;
    }

    /** Messages at QoS 1 and 2 that the server may send before we acknowledge; 1,000, 1 to 65,535. MQTT 5. */
    public MqttClientBuilder receiveMaximum(int messages) {
        receiveMaximum = messages;
        return this;
    }

    /** Largest packet that we take, in bytes; without limit. MQTT 5; a larger one ends the connection in any version. */
    public MqttClientBuilder maximumPacketBytes(long bytes) {
        maximumPacketBytes = bytes;
        return this;
    }

    /** Topic Aliases: how many the server may use, and how many we use if it lets us; 16 and 16, 0 to 65,535. MQTT 5. */
    public MqttClientBuilder topicAliases(int fromServer, int toServer) {
        topicAliasMaximum = fromServer;
        sendTopicAliases = toServer;
        return this;
    }

    /** Messages at QoS 1 and 2 that we send before the server acknowledges; 1,000, 1 to 65,535, at most its Receive Maximum. */
    public MqttClientBuilder maxInFlight(int messages) {
        maxInFlight = messages;
        return this;
    }

    /** What may wait here to be sent or acknowledged; 10,000 messages and 64 MiB of payload and topics, then blocks. */
    public MqttClientBuilder outbox(int messages, long bytes, WhenFull newWhenFull) {
        outboxMessages = messages;
        outboxBytes = bytes;
        whenFull = newWhenFull;
        return this;
    }

    /**
     * Keeps messages of QoS 1 and 2 in a directory until they are acknowledged, so that they survive the application. Needs a
     * {@link #clientId} and a {@link #session}, for without them QoS 2 could not be finished after a restart.
     *
     * @param directory of this client alone; made if it is not there
     * @param sync whether a message is on the disk's plate before {@code publish} goes on, so that it survives the loss of
     *     power, too; without, it survives the end of the process
     */
    public MqttClientBuilder outboxOnDisk(Path directory, boolean sync) {
        outboxDirectory = directory;
        outboxSync = sync;
        return this;
    }

    /** Messages that may wait here for slow receivers before the socket is not read any more; 4,096, 1 to 1,000,000. */
    public MqttClientBuilder inboxMessages(int messages) {
        inboxMessages = messages;
        return this;
    }

    /** Received messages of QoS 1 and 2 are acknowledged by {@link Received#acknowledge} alone. */
    public MqttClientBuilder manualAcknowledgement() {
        manualAcknowledgement = true;
        return this;
    }

    /**
     * Where callbacks and listeners run; virtual threads, unless told. Calls for one registration never overlap and keep their
     * order. {@code Runnable::run} keeps them on the event thread, which is fastest: then they must not block.
     */
    public MqttClientBuilder callbacks(Executor executor) {
        callbacks = executor;
        return this;
    }

    public MqttClientBuilder listener(ConnectionListener newListener) {
        listener = newListener;
        return this;
    }

    public MqttClientBuilder reconnect(Reconnect newReconnect) {
        reconnect = newReconnect;
        return this;
    }

    /** How long the server may take for CONNACK, SUBACK, UNSUBACK, PINGRESP; 30 s, at most an hour. */
    public MqttClientBuilder answerTimeout(Duration timeout) {
        answerTimeout = timeout;
        return this;
    }

    /** How long TCP, a proxy, TLS and the WebSocket handshake may take, each; 10 s, at most an hour. */
    public MqttClientBuilder connectTimeout(Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    /** TLS with a context of the application's; for {@code mqtts} and {@code wss}. */
    public MqttClientBuilder tls(SSLContext context) {
        sslContext = context;
        return this;
    }

    /**
     * Narrows what TLS offers; an empty list leaves the JDK's choice. Not with an {@link SSLContext} of the application's.
     *
     * @param versions such as {@code TLSv1.3}
     * @param ciphers cipher suites, by their names in the JDK
     * @param applicationProtocols ALPN, such as {@code mqtt}
     */
    public MqttClientBuilder tls(List<String> versions, List<String> ciphers, List<String> applicationProtocols) {
        tlsVersions = List.copyOf(versions);
        tlsCiphers = List.copyOf(ciphers);
        tlsApplicationProtocols = List.copyOf(applicationProtocols);
        return this;
    }

    /** The address of this machine to connect from; the system chooses, unless told. Not for Unix sockets. */
    public MqttClientBuilder localAddress(String host) {
        localAddress = host;
        return this;
    }

    /**
     * PEM file with the certificate authorities to trust, in place of those of the JDK; or a directory, of which the files that
     * end in {@code .crt}, {@code .pem} or {@code .0} are read.
     */
    public MqttClientBuilder trust(Path certificateAuthorities) {
        trusted = certificateAuthorities;
        return this;
    }

    /** PEM files with our own certificate chain and its key (PKCS #8, not encrypted), for servers that ask for one. */
    public MqttClientBuilder certificate(Path chain, Path privateKey) {
        certificate = chain;
        key = privateKey;
        return this;
    }

    /** Accepts a certificate for another host name. Whoever holds any certificate of a trusted authority can then be the server. */
    public MqttClientBuilder anyHostName() {
        checkHostName = false;
        return this;
    }

    /** Through an HTTP proxy, with CONNECT. */
    public MqttClientBuilder httpProxy(String host, int port) {
        proxy = new Endpoint.Proxy(Endpoint.Proxy.Kind.HTTP, host, port, null, null);
        return this;
    }

    /** Through a SOCKS 5 proxy. */
    public MqttClientBuilder socksProxy(String host, int port) {
        proxy = new Endpoint.Proxy(Endpoint.Proxy.Kind.SOCKS5, host, port, null, null);
        return this;
    }

    /** What the proxy, given before, asks for. */
    public MqttClientBuilder proxyLogin(String proxyUserName, String proxyPassword) {
        Endpoint.Proxy given = proxy;
        if (given == null) {
            throw new IllegalStateException("give the proxy first");
        }
        proxy = new Endpoint.Proxy(given.kind(), given.host(), given.port(), proxyUserName, proxyPassword);
        return this;
    }

    /**
     * Makes the client; nothing is connected yet.
     *
     * @throws IllegalArgumentException with all faults at once
     * @throws MqttException.OutboxFailed when the outbox on disk cannot be opened, or another client has it open
     */
    public MqttClient build() {
        return new MqttClient(settings());
    }

    /** What was given, checked. */
    Settings settings() {
        wrong.clear();
        checkRanges();
        checkMeaning();
        Endpoint endpoint = endpoint();
        if (endpoint == null || !wrong.isEmpty()) {
            throw new IllegalArgumentException("client of " + server + ": " + String.join("; ", wrong));
        }
        boolean v5 = version == MqttVersion.V5;
        Executor executor = callbacks;
        return new Settings(
                endpoint,
                version,
                clientId,
                cleanStart,
                v5 ? sessionExpiry.toSeconds() : cleanStart ? 0 : Connect.NEVER_EXPIRES,
                (int) keepAlive.toSeconds(),
                userName,
                password,
                will,
                authentication,
                userProperties,
                v5 ? receiveMaximum : 65_535,
                maximumPacketBytes,
                v5 ? topicAliasMaximum : 0,
                sendTopicAliases,
                maxInFlight,
                outboxMessages,
                outboxBytes,
                whenFull,
                outboxDirectory,
                outboxSync,
                inboxMessages,
                manualAcknowledgement,
                executor == null ? Thread::startVirtualThread : executor,
                listener,
                reconnect,
                answerTimeout,
                requestResponseInformation,
                requestProblemInformation,
                packets);
    }

    private void checkRanges() {
        range("session expiry in seconds", sessionExpiry.toSeconds(), 0, FOREVER.toSeconds());
        range("keep alive in seconds", keepAlive.toSeconds(), 0, 65_535);
        range("receive maximum", receiveMaximum, 1, 65_535);
        range("maximum packet bytes", maximumPacketBytes, 16, Connect.NO_LIMIT);
        range("topic aliases from the server", topicAliasMaximum, 0, 65_535);
        range("topic aliases to the server", sendTopicAliases, 0, 65_535);
        range("max in flight", maxInFlight, 1, 65_535);
        range("outbox messages", outboxMessages, 1, 100_000_000);
        range("outbox bytes", outboxBytes, 1, Long.MAX_VALUE);
        range("inbox messages", inboxMessages, 1, 1_000_000);
        range("answer timeout in ms", answerTimeout.toMillis(), 1, MAX_TIMEOUT.toMillis());
        range("connect timeout in ms", connectTimeout.toMillis(), 1, MAX_TIMEOUT.toMillis());
    }

    private void range(String what, long value, long min, long max) {
        if (value < min || value > max) {
            wrong.add(what + " is " + value + "; give " + min + " to " + max);
        }
    }

    private void checkMeaning() {
        boolean v5 = version == MqttVersion.V5;
        if (clientId.isEmpty() && !cleanStart) {
            wrong.add("a session that is to be found again needs a client id");
        }
        if (clientId.isEmpty() && version == MqttVersion.V3_1) {
            wrong.add("MQTT 3.1 needs a client id");
        }
        if (authentication != null && !v5) {
            wrong.add("enhanced authentication needs MQTT 5");
        }
        if (password != null && userName == null && !v5) {
            wrong.add("a password without a user name needs MQTT 5"); // MQTT3-3.1.2-22
        }
        if (password != null && password.length > 65_535) {
            wrong.add("the password has " + password.length + " bytes; at most 65535");
        }
        if (will != null && will.payload().length > 65_535) {
            wrong.add("the payload of the Will has " + will.payload().length + " bytes; at most 65535");
        }
        if (outboxDirectory != null && (cleanStart || clientId.isEmpty() || sessionExpiry.isZero())) {
            wrong.add("an outbox on disk needs a client id and a session that outlives the connection");
        }
        if ((certificate == null) != (key == null)) {
            wrong.add("a certificate needs its key, and a key its certificate");
        }
        if (sslContext != null
                && !(tlsVersions.isEmpty() && tlsCiphers.isEmpty() && tlsApplicationProtocols.isEmpty())) {
            wrong.add("an SSLContext has its own versions, cipher suites and protocols; narrow it instead");
        }
        if (sslContext != null && (trusted != null || certificate != null)) {
            wrong.add("an SSLContext has its own certificates; leave the files out");
        }
    }

    private @Nullable Endpoint endpoint() {
        try {
            Endpoint endpoint = Endpoint.parse(server);
            Security security = null;
            if (endpoint.scheme().isSecure()) {
                security = sslContext != null
                        ? Security.of(sslContext, checkHostName)
                        : Security.of(
                                trusted,
                                certificate,
                                key,
                                checkHostName,
                                new Security.Narrowed(tlsVersions, tlsCiphers, tlsApplicationProtocols));
            } else if (sslContext != null || trusted != null || certificate != null) {
                wrong.add("TLS is set up, but the server is not mqtts:// or wss://");
            }
            if (proxy != null && endpoint.scheme() == Endpoint.Scheme.UNIX) {
                wrong.add("a Unix socket has no proxy");
            }
            return endpoint.with(security, proxy, connectTimeout, localAddress);
        } catch (IllegalArgumentException e) {
            wrong.add(String.valueOf(e.getMessage()));
            return null;
        }
    }
}
