package io.chasqui.server.doctor;

import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.protocol.Connect;
import io.chasqui.rocksdb.Durability;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.SecuritySettings;
import io.chasqui.server.config.StoreSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is allowed in a configuration, and is seldom meant. */
public final class ConfigurationCheck {
    private static final String AREA = "configuration";
    private static final Duration TINY_KEEP_ALIVE = Duration.ofSeconds(10);
    private static final Duration PROXY_PATIENCE = Duration.ofSeconds(60); // of nginx, and less of some load balancers

    private final Configuration configuration;
    private final List<Finding> findings = new ArrayList<>();

    private ConfigurationCheck(Configuration configuration) {
        this.configuration = configuration;
    }

    public static List<Finding> check(Configuration configuration) {
        ConfigurationCheck check = new ConfigurationCheck(configuration);
        configuration
                .warnings()
                .forEach(warning -> check.findings.add(Finding.warning(AREA, warning, "correct it, or take it out")));
        configuration.broker().listeners().forEach(check::listener);
        check.security();
        check.store();
        check.limits(configuration.broker().limits());
        if (check.findings.isEmpty()) {
            check.findings.add(Finding.ok(AREA, "no traps"));
        }
        return check.findings;
    }

    private void listener(ListenerConfig listener) {
        String key = "listeners." + listener.name();
        SecuritySettings security = configuration.security();
        boolean open = listener.allowAnonymous();
        if (open && !listener.isLocal()) {
            findings.add(Finding.error(
                    AREA,
                    key + " lets everybody in who reaches " + listener.host(),
                    "set authentication.methods and " + key + ".allow-anonymous: false, or " + key
                            + ".host: 127.0.0.1"));
        }
        if (listener.tls() == null && !listener.isLocal()) {
            boolean passwords = !security.authentication().methods().isEmpty();
            findings.add(new Finding(
                    passwords ? Finding.Severity.WARNING : Finding.Severity.HINT,
                    AREA,
                    key + " is not encrypted: " + (passwords ? "passwords and " : "")
                            + "messages can be read on the way",
                    "give it a section tls (docs/security.md)"));
        }
        if (listener.protocol() != ListenerConfig.Protocol.MQTT) {
            webSocket(listener, key);
        }
    }

    private void webSocket(ListenerConfig listener, String key) {
        Duration ping = listener.websocketPingInterval();
        if (ping.isZero() || ping.compareTo(PROXY_PATIENCE) >= 0) {
            findings.add(Finding.warning(
                    AREA,
                    key + ".websocket-ping-interval is " + (ping.isZero() ? "off" : ping.toSeconds() + "s")
                            + ": proxies close a WebSocket that is silent for 60 s",
                    "set " + key + ".websocket-ping-interval: 30s"));
        }
        if (listener.websocketOrigins().isEmpty() && listener.allowAnonymous()) {
            findings.add(Finding.warning(
                    AREA,
                    key + " takes connections of every web page that somebody on this network opens",
                    "list your pages in " + key + ".websocket-origins"));
        }
    }

    private void security() {
        SecuritySettings.Authorization rules = configuration.security().authorization();
        boolean known = !configuration.security().authentication().methods().isEmpty();
        if (known && !SecuritySettings.isGiven(rules.rules())) {
            findings.add(Finding.hint(
                    AREA,
                    "who comes in may publish and subscribe to everything",
                    "write rules and name them in authorization.rules (docs/security.md)"));
        }
        if (SecuritySettings.isGiven(rules.rules()) && rules.reportOnly()) {
            findings.add(Finding.warning(
                    AREA,
                    "authorization.report-only is on: rules are reported and nothing is denied",
                    "set authorization.report-only: false when the reports are as expected"));
        }
    }

    private void store() {
        if (configuration.store().type() == StoreSettings.Type.MEMORY) {
            findings.add(Finding.warning(
                    AREA,
                    "store.type is memory: sessions and what was acknowledged end with the process",
                    "leave store.type at its default, rocksdb"));
        } else if (configuration.store().durability() != Durability.SYNC) {
            findings.add(Finding.warning(
                    AREA,
                    "store.durability is "
                            + configuration.store().durability().name().toLowerCase(Locale.ROOT)
                            + ": what was acknowledged may be lost with the power",
                    "set store.durability: sync"));
        }
    }

    private void limits(Limits limits) {
        Duration keepAlive = limits.maxKeepAlive();
        if (!keepAlive.isZero() && keepAlive.compareTo(TINY_KEEP_ALIVE) < 0) {
            findings.add(Finding.warning(
                    AREA,
                    "limits.max-keep-alive is " + keepAlive.toSeconds()
                            + "s: clients on slow networks are thrown out, and all of them ping without end",
                    "set limits.max-keep-alive: 5m, or leave it out"));
        }
        if (limits.maxSessionExpiry().toSeconds() >= Connect.NEVER_EXPIRES) {
            findings.add(Finding.hint(
                    AREA,
                    "limits.max-session-expiry is for ever: sessions of clients that never come back stay, with their"
                            + " messages",
                    "set limits.max-session-expiry to the longest time that a client may be away, such as 7d"));
        }
        if (limits.queueMessages() == 0) {
            findings.add(Finding.warning(
                    AREA,
                    "limits.queue-messages is 0: nothing waits for a client that is away or slow",
                    "set limits.queue-messages: 1000"));
        }
    }
}
