package io.chasqui.server.doctor;

import io.chasqui.protocol.ConnAck;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a running broker shows to a client: its CONNACK, and its {@code $SYS} topics, under the names that Mosquitto and we have. What is
 * not shown is not judged.
 */
public final class BrokerCheck {
    private static final String AREA = "broker";
    private static final String PREFIX = "$SYS/broker/";
    private static final int FIGHT = 3; // take-overs a minute
    private static final int TINY_KEEP_ALIVE_SECONDS = 10;

    /** Fates that are nobody's trouble. */
    private static final List<String> AS_WANTED = List.of("delivered", "no-subscriber", "no-local", "expired");

    private final Map<String, String> figures;
    private final List<Finding> findings = new ArrayList<>();

    private BrokerCheck(Map<String, String> figures) {
        this.figures = figures;
    }

    /** @param figures the {@code $SYS} topics, by their whole names */
    public static List<Finding> check(ConnAck connAck, Map<String, String> figures) {
        BrokerCheck check = new BrokerCheck(new TreeMap<>(figures));
        check.greeting(connAck.properties());
        if (figures.isEmpty()) {
            check.findings.add(Finding.hint(
                    AREA,
                    "there are no $SYS topics for this client",
                    "allow it to subscribe to $SYS/#, and set sys-interval, to have more looked at"));
        } else {
            check.sessions();
            check.takeOvers();
            check.restlessness();
            check.drops();
            check.tls();
        }
        return check.findings;
    }

    private void greeting(ConnAck.Properties properties) {
        int keepAlive = properties.serverKeepAliveSeconds();
        if (keepAlive > 0 && keepAlive < TINY_KEEP_ALIVE_SECONDS) {
            findings.add(Finding.warning(
                    AREA,
                    "it makes clients ping every " + keepAlive + " s (Server Keep Alive)",
                    "raise limits.max-keep-alive: clients on slow networks are thrown out"));
        }
        findings.add(
                Finding.ok(AREA, "it lets us in; " + figures.getOrDefault(PREFIX + "version", "version not shown")));
    }

    private void sessions() {
        double away = figure("clients/disconnected");
        double here = figure("clients/connected");
        if (away >= 100 && away > 10 * Math.max(1, here)) {
            findings.add(Finding.warning(
                    AREA,
                    "%,.0f sessions of clients that are away, %,.0f that are connected".formatted(away, here),
                    "set limits.max-session-expiry, and have clients that need no session ask for none (Clean Start)"));
        } else if (away > here) {
            findings.add(Finding.hint(
                    AREA,
                    "%,.0f sessions of clients that are away, %,.0f that are connected".formatted(away, here),
                    "if they do not come back: set limits.max-session-expiry, after which the broker forgets them"));
        }
        double stored = figure("store/messages/bytes");
        if (stored > 1L << 30) {
            findings.add(Finding.warning(
                    AREA,
                    "%.1f GiB of messages wait or are retained".formatted(stored / (1L << 30)),
                    "look for subscribers that do not come back, and for retained messages that nobody needs"));
        }
    }

    /** Two clients with one Client Identifier throw each other out without end. Mosquitto does not show it. */
    private void takeOvers() {
        double rate = figure("load/taken-over/1min");
        double all = figure("clients/taken-over");
        if (rate >= FIGHT || all >= 10 && all > figure("clients/total")) {
            findings.add(Finding.warning(
                    AREA,
                    String.format(
                            Locale.ROOT,
                            "%,.0f times a connection was taken over by another one with the same Client Identifier,"
                                    + " %.1f times in the last minute",
                            all,
                            rate),
                    "give each client an identifier of its own: those who fight have 0x8E (session taken over) in their"
                            + " logs, and are in the audit log"));
        } else if (all > 0) {
            findings.add(Finding.hint(
                    AREA,
                    "%,.0f connections were taken over by another one with the same Client Identifier".formatted(all),
                    "if that goes on two clients have one identifier; else they came back before their old connection"
                            + " was seen to end"));
        }
    }

    private void restlessness() {
        double connects = figure("load/connections/1min");
        double here = figure("clients/connected");
        if (connects > 30 && connects > here) {
            findings.add(Finding.warning(
                    AREA,
                    String.format(
                            Locale.ROOT, "%,.0f connections a minute, and %,.0f clients are connected", connects, here),
                    "look for two clients with one Client Identifier (0x8E session taken over in their logs, fights in"
                            + " the audit log), for keep alives that are too short, and for proxies that close silent"
                            + " connections (WebSocket: 60 s)"));
        }
    }

    private void drops() {
        figures.forEach((topic, value) -> {
            String fate = topic.startsWith(PREFIX + "fates/") ? topic.substring((PREFIX + "fates/").length()) : "";
            double count = number(value);
            if (count > 0 && !fate.isEmpty() && !AS_WANTED.contains(fate)) {
                findings.add(Finding.hint(
                        AREA,
                        "%,.0f messages were not delivered: %s".formatted(count, fate),
                        "see what subscribes too slowly, or what is refused"));
            }
        });
        if (figure("publish/messages/dropped") > 0
                && findings.stream().noneMatch(each -> each.what().contains("not delivered"))) {
            findings.add(Finding.hint(
                    AREA,
                    "%,.0f messages were dropped".formatted(figure("publish/messages/dropped")),
                    "look for subscribers that are too slow, or raise their queues"));
        }
    }

    private void tls() {
        double failed = figure("tls/handshakes/failed");
        if (failed > 10 && failed > figure("tls/handshakes")) {
            findings.add(Finding.warning(
                    AREA,
                    "%,.0f TLS handshakes failed, %,.0f went well".formatted(failed, figure("tls/handshakes")),
                    "clients do not trust the certificate, or speak old versions: chasqui doctor --config FILE"
                            + " looks at it"));
        }
        figures.forEach((topic, value) -> {
            if (topic.endsWith("/certificate/days") && number(value) < 30) {
                String listener = topic.substring((PREFIX + "listeners/").length(), topic.indexOf("/certificate/"));
                findings.add(new Finding(
                        number(value) < 1 ? Finding.Severity.ERROR : Finding.Severity.WARNING,
                        AREA,
                        "the certificate of listener " + listener + " expires in " + value + " days",
                        "renew it; a running broker takes the new file by itself"));
            }
        });
    }

    private double figure(String name) {
        return number(figures.getOrDefault(PREFIX + name, "0"));
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text.split(" ", 2)[0]);
        } catch (NumberFormatException e) {
            return 0; // another broker means something else by that name
        }
    }
}
