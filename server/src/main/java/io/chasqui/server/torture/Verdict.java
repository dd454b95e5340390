package io.chasqui.server.torture;

import io.chasqui.protocol.ReasonCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a broker did: whether it kept what it had promised, and the figures that say how much it was asked.
 *
 * @param faults what was found, in the order of {@link Fault}; empty when all promises held
 * @param sent messages of publishers, at all QoS, not counting resends
 * @param acknowledged of these with PUBACK or PUBREC
 * @param refusals of these, by their Reason Codes of 0x80 or more
 * @param delivered messages that reached subscribers, repeats included
 * @param repeats allowed ones: at QoS 1 with DUP, or after a resend of the publisher
 * @param retainedChanges acknowledged
 * @param retainedLooks of fresh subscribers at all retained topics
 * @param wills that were judged
 * @param medianStartMillis from a start after a kill until MQTT was accepted, 0 when there was none
 * @param maxStartMillis the longest
 */
public record Verdict(
        List<Finding> faults,
        long seed,
        int rounds,
        long seconds,
        long sent,
        long acknowledged,
        Map<ReasonCode, Long> refusals,
        long delivered,
        long repeats,
        long retainedChanges,
        long retainedLooks,
        long wills,
        long medianStartMillis,
        long maxStartMillis) {
    /** How often one fault was found, and the first few times in words. */
    public record Finding(Fault fault, long count, List<String> examples) {
        public Finding {
            examples = List.copyOf(examples);
        }
    }

    public Verdict {
        faults = List.copyOf(faults);
        refusals = Map.copyOf(refusals);
    }

    /** Whether something was promised, and all of it held. */
    public boolean held() {
        return faults.isEmpty() && acknowledged > 0;
    }

    /** For people. */
    public String text() {
        StringBuilder out = new StringBuilder();
        line(out, "rounds", rounds + " in " + seconds + " s, seed " + seed);
        line(
                out,
                "published",
                sent + " messages: " + acknowledged + " acknowledged, "
                        + (refusals.isEmpty() ? "none" : new TreeMap<>(refusals)) + " refused");
        line(out, "delivered", delivered + ", of these " + repeats + " allowed repeats");
        line(
                out,
                "retained",
                retainedChanges + " changes acknowledged, " + retainedLooks + " looks by fresh subscribers");
        line(out, "Wills", wills + " judged");
        line(
                out,
                "start",
                "MQTT accepted after " + medianStartMillis + " ms (median), " + maxStartMillis + " ms at most");
        for (Finding finding : faults) {
            out.append(String.format(
                    Locale.ROOT,
                    "%n%s: %d%n  %s%n",
                    finding.fault().key().replace('_', ' ').toUpperCase(Locale.ROOT),
                    finding.count(),
                    finding.fault().meaning()));
            finding.examples()
                    .forEach(example -> out.append("  - ").append(example).append('\n'));
        }
        out.append(String.format("%n%s%n", conclusion()));
        return out.toString();
    }

    private String conclusion() {
        if (acknowledged == 0) {
            return "Nothing was acknowledged, so nothing was tried.";
        }
        return held()
                ? "All promises held."
                : faults.stream().mapToLong(Finding::count).sum() + " promises were broken.";
    }

    private static void line(StringBuilder out, String label, String text) {
        out.append(String.format(Locale.ROOT, "%-10s %s%n", label, text));
    }

    /** One object on one line; every fault is there with its count, 0 if it was not found. */
    public String json() {
        StringBuilder out = new StringBuilder("{\"held\":").append(held());
        number(out, "seed", seed);
        number(out, "rounds", rounds);
        number(out, "seconds", seconds);
        number(out, "sent", sent);
        number(out, "acknowledged", acknowledged);
        number(
                out,
                "refused",
                refusals.values().stream().mapToLong(Long::longValue).sum());
        number(out, "delivered", delivered);
        number(out, "repeats", repeats);
        number(out, "retained_changes", retainedChanges);
        number(out, "retained_looks", retainedLooks);
        number(out, "wills", wills);
        number(out, "median_start_millis", medianStartMillis);
        number(out, "max_start_millis", maxStartMillis);
        out.append(",\"faults\":{");
        String separator = "";
        for (Fault fault : Fault.values()) {
            out.append(separator).append('"').append(fault.key()).append("\":").append(count(fault));
            separator = ",";
        }
        out.append("},\"examples\":[");
        separator = "";
        for (Finding finding : faults) {
            for (String example : finding.examples()) {
                out.append(separator).append(quote(finding.fault().key() + ": " + example));
                separator = ",";
            }
        }
        return out.append("]}").toString();
    }

    /** How often this fault was found. */
    public long count(Fault fault) {
        return faults.stream()
                .filter(finding -> finding.fault() == fault)
                .mapToLong(Finding::count)
                .sum();
    }

    private static void number(StringBuilder out, String name, long value) {
        out.append(",\"").append(name).append("\":").append(value);
    }

    private static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
