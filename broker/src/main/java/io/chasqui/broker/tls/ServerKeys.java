package io.chasqui.broker.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the certificate to show: by the name that the client asks for (SNI, RFC 6066), and among those of that name by the
 * kind of key. A client that asks for a name that nobody has sees the first certificate, and judges for itself. Immutable.
 */
final class ServerKeys extends X509ExtendedKeyManager {
    /**
     * One certificate and its key.
     *
     * @param names in lower case
     */
    record Entry(PrivateKey key, X509Certificate[] chain, List<String> names) {
        boolean isFor(String name) {
            int dot = name.indexOf('.');
            return names.contains(name) || dot > 0 && names.contains("*" + name.substring(dot)); // RFC 6125, 6.4.3
        }
    }

    private final List<Entry> entries; // their aliases are their indexes

    ServerKeys(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        SSLSession session = engine.getHandshakeSession();
        String name = session instanceof ExtendedSSLSession extended ? requestedName(extended) : null;
        return choose(keyType, name);
    }

    @Nullable
    String choose(String keyType, @Nullable String name) {
        List<Entry> candidates = name == null
                ? List.of()
                : entries.stream().filter(entry -> entry.isFor(name)).toList();
        if (candidates.isEmpty()) {
            List<String> usual = entries.getFirst().names();
            candidates = entries.stream()
                    .filter(entry -> entry.names().equals(usual))
                    .toList();
        }
        return candidates.stream()
                .filter(entry -> isOf(keyType, entry.key()))
                .findFirst()
                .map(entry -> String.valueOf(entries.indexOf(entry)))
                .orElse(null);
    }

    /** The name that a client asks for, in lower case; null for none. */
    static @Nullable String requestedName(ExtendedSSLSession session) {
        for (SNIServerName name : session.getRequestedServerNames()) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName().toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }

    private static boolean isOf(String keyType, PrivateKey key) {
        return switch (keyType) {
            case "RSA", "RSASSA-PSS", "EC_RSA", "DHE_RSA", "ECDHE_RSA" ->
                key.getAlgorithm().equals("RSA");
            case "EC", "EC_EC", "ECDHE_ECDSA" -> key.getAlgorithm().equals("EC");
            case "EdDSA", "Ed25519", "Ed448" -> key.getAlgorithm().equals("EdDSA");
            default -> false;
        };
    }

    private @Nullable Entry entry(@Nullable String alias) {
        return alias == null ? null : entries.get(Integer.parseInt(alias));
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        Entry entry = entry(alias);
        return entry == null ? null : entry.chain().clone();
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        Entry entry = entry(alias);
        return entry == null ? null : entry.key();
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return choose(keyType, null);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = choose(keyType, null);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null; // we are no client
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }
}
