package io.chasqui.broker.transport;

import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.connection.Core;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.broker.tls.TlsConfig.ClientCertificates;
import io.chasqui.broker.tls.TlsException;
import io.chasqui.broker.tls.TlsMaterial;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS as a stage before all others. What it speaks with can be replaced at any time: connections that there are keep what
 * they began with, but for clients whose certificate is good no longer, and sessions that began with the old cannot be resumed with the new, so that a revoked certificate is of
 * no more use. Any thread.
 */
final class TlsStage {
    private static final Logger LOG = LoggerFactory.getLogger(TlsStage.class);

    static {
        // The JDK asks for it once, before its first handshake. TLS 1.3 knows no renegotiation.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    /** A system property for those with whom BoringSSL does not get along: true for the JDK's TLS. */
    static final String JDK_PROPERTY = "chasqui.jdk-tls";

    private static final int SESSION_SECONDS = 7_200; // for which one can be resumed

    /** All of them keep a secret that is safe should the key become known later, and none needs padding. */
    private static final List<String> USUAL_CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /** What new connections are spoken to with. */
    private record Current(SslContext context, TlsMaterial material) {}

    private final TlsConfig config;
    private volatile Current current;
    private @Nullable OpenSslSessionTicketKey ticketKey; // for BoringSSL; guarded by this
    private final Map<Channel, X509Certificate[]> shown = new ConcurrentHashMap<>(); // by those who are in

    /** @throws TlsException when the TLS library cannot work with it */
    TlsStage(TlsConfig config, TlsMaterial material) throws TlsException {
        this.config = config;
        this.current = new Current(context(material), material);
    }

    /**
     * Gives back what BoringSSL holds; when all loops have ended. Contexts that {@link #use} has replaced may be in use to the end
     * of some connection, so those are left to the collection of garbage.
     */
    synchronized void close() {
        ReferenceCountUtil.release(current.context());
    }

    /**
     * Takes new files for all that comes, and ends the connections of clients whose certificate they do not let in any more.
     *
     * @throws TlsException when the TLS library cannot work with it; then all stays as it is
     */
    synchronized void use(TlsMaterial material) throws TlsException {
        current = new Current(context(material), material);
        shown.forEach((channel, chain) -> {
            if (!material.trusts(chain)) {
                revoke(channel);
            }
        });
    }

    /** On the loop of the channel, which may be moving to another one just now. */
    private static void revoke(Channel channel) {
        channel.eventLoop().execute(() -> {
            if (channel.isRegistered() && channel.eventLoop().inEventLoop()) {
                channel.pipeline().fireUserEventTriggered(Revoked.NOW);
            } else if (channel.isOpen()) {
                revoke(channel);
            }
        });
    }

    /** Tells the last stage that the client's certificate is good no longer. */
    enum Revoked {
        NOW
    }

    /** So that whoever learns a key cannot read what was said long ago; the one before is good until the next time. */
    synchronized void renewTicketKey() {
        if (current.context().sessionContext() instanceof OpenSslSessionContext sessions && ticketKey != null) {
            OpenSslSessionTicketKey before = ticketKey;
            ticketKey = newTicketKey();
            sessions.setTicketKeys(ticketKey, before);
        }
    }

    TlsMaterial material() {
        return current.material();
    }

    /** BoringSSL where it runs: a handshake costs a third of the JDK's, a message three quarters (docs/decisions/0014). */
    private static boolean isNative() {
        return OpenSsl.isAvailable() && !Boolean.getBoolean(JDK_PROPERTY);
    }

    private SslContext context(TlsMaterial material) throws TlsException {
        KeyManagerFactory keys = new Keys(material);
        boolean boringSsl = isNative();
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(
                            boringSsl ? new OpenSslCachingX509KeyManagerFactory(keys) : keys)
                    .sslProvider(boringSsl ? SslProvider.OPENSSL : SslProvider.JDK)
                    .sessionTimeout(SESSION_SECONDS)
                    .protocols(Stream.of(TlsConfig.Version.values())
                            .filter(version -> version.compareTo(config.minVersion()) >= 0)
                            .map(TlsConfig.Version::protocol)
                            .toList())
                    .ciphers(config.ciphers().isEmpty() ? USUAL_CIPHERS : config.ciphers())
                    .clientAuth(
                            switch (config.clientCertificates()) {
                                case NONE -> ClientAuth.NONE;
                                case OPTIONAL -> ClientAuth.OPTIONAL;
                                case REQUIRED -> ClientAuth.REQUIRE;
                            });
            if (material.trust() != null) {
                builder.trustManager(material.trust());
            }
            SslContext context = builder.build();
            ReferenceCountUtil.release(context.newEngine(UnpooledByteBufAllocator.DEFAULT)); // the JDK says only here
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                ticketKey = newTicketKey();
                sessions.setTicketKeys(ticketKey);
            }
            return context;
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsException("TLS cannot be spoken with these settings: " + e.getMessage(), e);
        }
    }

    /** Seals what a client needs to resume its session, which it keeps for us: nothing is kept here. */
    private static OpenSslSessionTicketKey newTicketKey() {
        byte[] name = new byte[OpenSslSessionTicketKey.NAME_SIZE];
        byte[] hmac = new byte[OpenSslSessionTicketKey.HMAC_KEY_SIZE];
        byte[] aes = new byte[OpenSslSessionTicketKey.AES_KEY_SIZE];
        SecureRandom random = new SecureRandom();
        random.nextBytes(name);
        random.nextBytes(hmac);
        random.nextBytes(aes);
        return new OpenSslSessionTicketKey(name, hmac, aes);
    }

    private static final class Keys extends SimpleKeyManagerFactory {
        private final TlsMaterial material;

        Keys(TlsMaterial material) {
            this.material = material;
        }

        @Override
        protected void engineInit(KeyStore none, char[] password) {}

        @Override
        protected void engineInit(ManagerFactoryParameters none) {}

        @Override
        protected KeyManager[] engineGetKeyManagers() {
            return new KeyManager[] {material.keys()};
        }
    }

    /** Adds the stage. How long a handshake may take is the affair of {@link MqttHandler}. */
    void addTo(Entrance.Stages stages, ByteBufAllocator allocator, Visitor visitor, Core core) {
        Current now = current;
        SslHandler handler = now.context().newHandler(allocator);
        handler.setHandshakeTimeoutMillis(0);
        handler.setCumulator(TlsStage::gather);
        stages.add(handler);
        stages.add(new Report(now.material(), visitor, core.counters()));
    }

    /** Keeps half a record in a buffer of its size: the one that it came in is large, and a flood would hold many. */
    static ByteBuf gather(ByteBufAllocator allocator, ByteBuf kept, ByteBuf read) {
        if (kept.isReadable()) {
            return ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, kept, read);
        }
        kept.release();
        if (read.readableBytes() > read.capacity() / 2) {
            return read;
        }
        ByteBuf small = allocator.buffer(read.readableBytes()).writeBytes(read);
        read.release();
        return small;
    }

    /** Behind the TLS handler for as long as the handshake takes: hears how it ends. */
    private final class Report extends ChannelInboundHandlerAdapter {
        private final TlsMaterial material;
        private final Visitor visitor;
        private final Counters counters;

        Report(TlsMaterial material, Visitor visitor, Counters counters) {
            this.material = material;
            this.visitor = visitor;
            this.counters = counters;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (!(event instanceof SslHandshakeCompletionEvent end)) {
                context.fireUserEventTriggered(event);
            } else if (end.isSuccess()) {
                SslHandler handler = context.pipeline().get(SslHandler.class);
                Peer.Tls peer = material.peer(handler.engine().getSession());
                if (hasExpired(peer.certificate())) {
                    counters.tlsHandshakesFailed++;
                    context.close();
                    return;
                }
                counters.tlsHandshakes++;
                remember(context.channel(), handler.engine().getSession());
                visitor.encrypted(peer);
                context.pipeline().remove(this);
            } else { // the handler before this one closes the channel
                counters.tlsHandshakesFailed++;
                LOG.debug("{}: TLS handshake failed: {}", visitor, end.cause().toString());
            }
        }

        /** What the client has shown is looked at again when the files change: also when they have done so meanwhile. */
        private void remember(Channel channel, SSLSession session) {
            if (material.trust() == null) {
                return;
            }
            try {
                X509Certificate[] chain = Arrays.copyOf(
                        session.getPeerCertificates(), session.getPeerCertificates().length, X509Certificate[].class);
                shown.put(channel, chain);
                channel.closeFuture().addListener(_ -> shown.remove(channel));
                TlsMaterial now = current.material();
                if (now != material && !now.trusts(chain)) {
                    revoke(channel);
                }
            } catch (SSLPeerUnverifiedException e) {
                assert config.clientCertificates() != ClientCertificates.REQUIRED : e; // it has shown none
            }
        }

        /** A session that is resumed brings a certificate along that was good when it began. */
        private static boolean hasExpired(Peer.@Nullable Certificate certificate) {
            return certificate != null && certificate.notAfter().isBefore(Instant.now());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("{}: {}", visitor, cause.toString());
            context.close();
        }
    }

    /** Says that nothing more will be sent: to TLS if there is any, and then to TCP. */
    static void endOutput(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            shutdownOutput(channel);
        } else {
            tls.closeOutbound().addListener(_ -> shutdownOutput(channel));
        }
    }

    private static void shutdownOutput(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }
}
