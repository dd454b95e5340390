package io.chasqui.server.probe;

import io.chasqui.protocol.ConnAck;
import org.jspecify.annotations.Nullable;

/** A broker cannot be reached, says no, or does not answer; the message is one line for a human. */
public final class TalkException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable ConnAck refusal;

    TalkException(String message, @Nullable ConnAck refusal) {
        super(message, null, false, false);
        this.refusal = refusal;
    }

    /** The CONNACK that refused us, or null when it was not that. */
    public @Nullable ConnAck refusal() {
        return refusal;
    }
}
