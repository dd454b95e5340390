package io.chasqui.protocol;

/**
 * What the peer did wrong, and the Reason Code to answer with (section 4.13). Has no stack trace: a hostile peer must not
 * be able to make us fill one in. The message names the statement and the value seen, never payload bytes.
 */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int QUOTED_MAX = 80; // characters

    private final ReasonCode reason;
    private final String statement;
    private final String detail;

    /**
     * @param reason what to answer, 0x80 or more
     * @param statement the normative statement that was broken, with the version in front, such as {@code MQTT5-3.3.1-4},
     *     or one of our labels for rules without an id, such as {@code U5-17}
     * @param detail what was seen, for a human
     */
    public ProtocolException(ReasonCode reason, String statement, String detail) {
        super(statement + ": " + detail, null, false, false);
        assert reason.isError() : reason;
        this.reason = reason;
        this.statement = statement;
        this.detail = detail;
    }

    /** A name that the peer chose, made fit for a log line: cut short, on one line, between quotes. */
    static String quote(String name) {
        StringBuilder quoted = new StringBuilder(Math.min(name.length(), QUOTED_MAX) + 5).append('"');
        for (int i = 0; i < name.length() && i < QUOTED_MAX; i++) {
            char c = name.charAt(i);
            quoted.append(isInvisible(c) ? '?' : c);
        }
        return quoted.append(name.length() > QUOTED_MAX ? "...\"" : "\"").toString();
    }

    private static boolean isInvisible(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    public ReasonCode reason() {
        return reason;
    }

    public String statement() {
        return statement;
    }

    /** What was seen: the message without the statement. Fit for a Reason String. */
    public String detail() {
        return detail;
    }
}
