package io.chasqui.server.config;

import java.util.Locale;
import java.util.Map;

/** The resolved configuration as YAML, each value with its origin in a comment. Read back, it gives the same values. */
public final class ConfigShow {
    private static final int COLUMN = 44;
    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private ConfigShow() {}

    public static String yaml(Configuration configuration) {
        StringBuilder out = new StringBuilder("# What applies, and where each value comes from.\n");
        String path = "";
        for (Configuration.Resolved resolved : configuration.resolved()) {
            String key = resolved.key();
            String section = key.substring(0, key.lastIndexOf('.') + 1);
            if (!section.equals(path)) {
                open(section, path, out);
                path = section;
            }
            String line = indent(section) + key.substring(section.length()) + ": " + scalar(resolved.text());
            out.append(line)
                    .repeat(" ", Math.max(1, COLUMN - line.length()))
                    .append("# ")
                    .append(Fault.oneLine(Secrets.hidden(resolved.origin().toString())))
                    .append('\n');
        }
        worstCase(configuration, out);
        configuration
                .warnings()
                .forEach(warning -> out.append("\n# warning: ").append(warning).append('\n'));
        return out.toString();
    }

    private static void open(String section, String before, StringBuilder out) {
        String[] parts = section.isEmpty() ? new String[0] : section.split("\\.", 0);
        int open = 0; // of the parts, already
        for (String above = ""; open < parts.length && before.startsWith(above + parts[open] + "."); open++) {
            above += parts[open] + ".";
        }
        if (open == 0) {
            out.append(before.isEmpty() && section.startsWith("listeners") ? "" : "\n");
        }
        for (int i = open; i < parts.length; i++) {
            out.repeat("  ", i).append(parts[i]).append(":\n");
        }
    }

    private static String indent(String section) {
        return "  ".repeat((int) section.chars().filter(c -> c == '.').count());
    }

    /** A plain scalar where YAML reads it back as the same text, else a quoted one. */
    private static String scalar(String text) {
        if (text.matches("[A-Za-z0-9_./][A-Za-z0-9_./-]*") && !text.equals("null")) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c >= 0x7f && c < 0xa0 || c == 0xfeff) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private static void worstCase(Configuration configuration, StringBuilder out) {
        long heap = Runtime.getRuntime().maxMemory();
        out.append("\n# If peers filled every limit at once the broker would hold ")
                .append(roughly(configuration.broker().worstCaseBytes()))
                .append("; the heap is ")
                .append(roughly(heap))
                .append(".\n");
        for (Map.Entry<String, Long> part :
                configuration.broker().limits().worstCase().entrySet()) {
            out.append(String.format("#   %-14s %s%n", part.getKey(), roughly(part.getValue())));
        }
    }

    static String roughly(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }
}
