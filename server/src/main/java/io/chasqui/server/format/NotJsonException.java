package io.chasqui.server.format;

/** A payload is no JSON where JSON was asked for. */
final class NotJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    NotJsonException(String topic) {
        super("the payload on " + topic + " is no JSON; print it with %p or %j", null, false, false);
    }
}
