package io.chasqui.server.config;

/**
 * One thing that is wrong with the configuration.
 *
 * @param where the line, variable or argument to correct
 * @param message what is wrong and what to give instead, on one line
 */
public record Fault(Origin where, String message) {
    private static final int SHOWN = 60;

    @Override
    public String toString() {
        return (where instanceof Origin.Default ? "configuration" : where) + ": " + message;
    }

    /** A value from outside, fit to be printed: quoted where it has to be, control characters escaped, cut when long. */
    static String printable(String text) {
        if (text.isEmpty()) {
            return "empty";
        }
        boolean plain = text.length() <= SHOWN && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"');
        if (plain) {
            return text;
        }
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().limit(SHOWN).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == '\u2028') {
                out.append("\\u").append(String.format("%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.append(text.codePointCount(0, text.length()) > SHOWN ? "...\"" : "\"")
                .toString();
    }

    /** Text of another library, fit for one line. */
    static String oneLine(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 3 * SHOWN ? line : line.substring(0, 3 * SHOWN) + "...";
    }
}
