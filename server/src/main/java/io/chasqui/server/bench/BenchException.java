package io.chasqui.server.bench;

/** A run cannot be made; the message is one line for a human: what, why, what to do. */
public final class BenchException extends Exception {
    private static final long serialVersionUID = 1L;

    BenchException(String message) {
        super(message, null, false, false);
    }
}
