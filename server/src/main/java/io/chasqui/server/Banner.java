package io.chasqui.server;

import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.tls.TlsConfig;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.SecuritySettings;
import io.chasqui.server.config.StoreSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The lines that a started broker greets with: what listens where, who may come in, and what to try next. */
final class Banner {
    private Banner() {}

    static String text(
            Configuration configuration, @Nullable Path file, List<InetSocketAddress> addresses, List<String> found) {
        StringBuilder out = new StringBuilder("chasqui " + Version.chasqui() + " on Java " + Version.java() + "\n");
        List<ListenerConfig> listeners = configuration.broker().listeners();
        Iterator<InetSocketAddress> bound = addresses.iterator();
        String attempt = ""; // options of a client that comes in without more ado
        for (ListenerConfig listener : listeners) {
            String where = listener.unixSocket().toString();
            if (!listener.isUnixSocket()) {
                InetSocketAddress address = bound.next();
                where = address(address);
                if (attempt.isEmpty() && mayTry(listener)) {
                    attempt = target(address);
                }
            }
            line(out, listener.name(), where + " (" + spoken(listener) + "), " + who(configuration, listener));
        }
        line(out, "config", file == null ? "defaults; docs/configuration.md has all settings" : file.toString());
        line(out, "rules", rules(configuration));
        line(out, "data", data(configuration));
        found.forEach(each -> line(out, "", each));
        if (!attempt.isEmpty()) {
            line(out, "try", "mosquitto_sub " + attempt + " -v -t 'hello/#'");
            line(out, "", "mosquitto_pub " + attempt + " -t hello/world -m 'Hi there'");
        }
        line(out, "stop", "Ctrl-C");
        configuration.warnings().forEach(warning -> line(out, "warning", warning));
        return out.toString();
    }

    private static String rules(Configuration configuration) {
        SecuritySettings.Authorization given = configuration.security().authorization();
        if (!SecuritySettings.isGiven(given.rules())) {
            return "none: who comes in may publish and subscribe to everything (authorization.rules)";
        }
        return given.rules() + (given.reportOnly() ? ": REPORTED ONLY, nothing is denied" : "");
    }

    private static String data(Configuration configuration) {
        if (configuration.store().type() == StoreSettings.Type.MEMORY) {
            return "in memory, ends with this process (store.type)";
        }
        String survives = switch (configuration.store().durability()) {
            case SYNC -> "what is acknowledged survives the loss of power";
            case ASYNC -> "what is acknowledged survives the end of this process, not the loss of power";
            case NONE -> "what is acknowledged survives an orderly stop only";
        };
        return configuration.data().toAbsolutePath().normalize() + ": " + survives;
    }

    private static void line(StringBuilder out, String label, String text) {
        out.append(String.format("  %-9s %s%n", label, text));
    }

    /** Whether a client without certificates of any kind comes in. */
    private static boolean mayTry(ListenerConfig listener) {
        TlsConfig tls = listener.tls();
        boolean plain = tls == null
                || listener.protocol() == ListenerConfig.Protocol.AUTO
                        && tls.clientCertificates() != TlsConfig.ClientCertificates.REQUIRED;
        return plain
                && listener.protocol() != ListenerConfig.Protocol.WEBSOCKET
                && listener.proxyProtocolFrom().isEmpty();
    }

    private static String spoken(ListenerConfig listener) {
        TlsConfig tls = listener.tls();
        String spoken = switch (listener.protocol()) {
            case MQTT -> tls == null ? "MQTT" : "MQTT over TLS";
            case WEBSOCKET -> tls == null ? "MQTT over WebSocket" : "MQTT over secure WebSocket";
            case AUTO -> tls == null ? "MQTT and WebSocket" : "MQTT and WebSocket, with and without TLS";
        };
        if (listener.protocol() != ListenerConfig.Protocol.MQTT) {
            spoken += ", path " + listener.websocketPath();
        }
        return tls == null || tls.clientCertificates() == TlsConfig.ClientCertificates.NONE
                ? spoken
                : spoken + ", client certificates "
                        + tls.clientCertificates().name().toLowerCase(Locale.ROOT);
    }

    private static String who(Configuration configuration, ListenerConfig listener) {
        List<String> methods = configuration.security().authentication().methods();
        if (!methods.isEmpty()) {
            String asked = "asks for " + String.join(", ", methods);
            return listener.allowAnonymous() ? asked + "; ANONYMOUS clients come in, too (allow-anonymous)" : asked;
        }
        return listener.isLocal()
                ? "for clients of this machine only; no password asked"
                : "for EVERYBODY who can reach it; no password asked (allow-anonymous)";
    }

    private static String address(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static String target(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        boolean local = host == null
                || host.isAnyLocalAddress()
                || host.getHostAddress().equals("127.0.0.1");
        return (local ? "" : "-h " + host.getHostAddress() + " ") + "-p " + address.getPort();
    }
}
