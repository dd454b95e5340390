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
        return (where instanceof Origin.Default ? "configuration" : Secrets.hidden(where.toString())) + ": " + message;
    }

    /** A value from outside, fit to be printed: quoted where it has to be, control characters escaped, cut when long. */
    static String printable(String text) {
        if (text.isEmpty()) {
            return "empty";
        }
        boolean plain = text.length() <= SHOWN && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"');
        return plain ? text : '"' + escaped(text, SHOWN) + '"';
    }

    /** Text of another library, fit for one line. */
    static String oneLine(String text) {
        return escaped(text.strip().replaceAll("\\s+", " "), 3 * SHOWN);
    }

    /** The first {@code most} characters, without those that would move the cursor or that nobody sees. */
    private static String escaped(String text, int most) {
        StringBuilder out = new StringBuilder();
        text.codePoints().limit(most).forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR -> out.append(String.format("\\u%04x", c));
                default -> out.appendCodePoint(c);
            }
        });
        return out.append(text.codePointCount(0, text.length()) > most ? "..." : "")
                .toString();
    }
}
