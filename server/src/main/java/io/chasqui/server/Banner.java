package io.chasqui.server;

import io.chasqui.broker.ListenerConfig;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.SecuritySettings;
import io.chasqui.server.config.StoreSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lines that a started broker greets with: what listens where, who may come in, and what to try next. */
final class Banner {
    private Banner() {}

    static String text(
            Configuration configuration, @Nullable Path file, List<InetSocketAddress> addresses, List<String> found) {
        StringBuilder out = new StringBuilder("chasqui " + Version.chasqui() + " on Java " + Version.java() + "\n");
        List<ListenerConfig> listeners = configuration.broker().listeners();
        for (int i = 0; i < listeners.size(); i++) {
            String where = address(addresses.get(i)) + " (" + spoken(listeners.get(i)) + "), ";
            line(out, listeners.get(i).name(), where + who(configuration, listeners.get(i)));
        }
        line(out, "config", file == null ? "defaults; docs/configuration.md has all settings" : file.toString());
        line(out, "rules", rules(configuration));
        line(out, "data", data(configuration));
        found.forEach(each -> line(out, "", each));
        for (int i = 0; i < listeners.size(); i++) {
            if (listeners.get(i).protocol() == ListenerConfig.Protocol.MQTT) {
                String where = target(addresses.get(i));
                line(out, "try", "mosquitto_sub " + where + " -v -t 'hello/#'");
                line(out, "", "mosquitto_pub " + where + " -t hello/world -m 'Hi there'");
                break;
            }
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

    private static String spoken(ListenerConfig listener) {
        return switch (listener.protocol()) {
            case MQTT -> "MQTT";
            case WEBSOCKET -> "MQTT over WebSocket, path " + listener.websocketPath();
        };
    }

    private static String who(Configuration configuration, ListenerConfig listener) {
        List<String> methods = configuration.security().authentication().methods();
        if (!methods.isEmpty()) {
            String asked = "asks for " + String.join(", ", methods);
            return listener.allowAnonymous() ? asked + "; ANONYMOUS clients come in, too (allow-anonymous)" : asked;
        }
        return ListenerConfig.isLoopback(listener.host())
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
