package io.chasqui.protocol;

/**
 * What the peer did wrong, and the Reason Code to answer with (section 4.13). Has no stack trace: a hostile peer must not
 * be able to make us fill one in. The message names the statement and the value seen, never payload bytes.
 */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reason;
    private final String statement;

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
    }

    public ReasonCode reason() {
        return reason;
    }

    public String statement() {
        return statement;
    }
}
