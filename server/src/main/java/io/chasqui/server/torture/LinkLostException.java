package io.chasqui.server.torture;

/** A Network Connection ended, or could not be opened: the daily bread here, so without a stack trace. */
final class LinkLostException extends Exception {
    private static final long serialVersionUID = 1;

    LinkLostException(String message) {
        super(message, null, false, false);
    }
}
