package io.chasqui.server.auth;

/** Names that peers choose, fit for a log. */
final class Text {
    private static final int SHOWN = 80;

    private Text() {}

    /** At most 80 characters, and none that moves the cursor. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().limit(SHOWN).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return text.codePointCount(0, text.length()) > SHOWN ? out.append("...").toString() : out.toString();
    }
}
