package io.chasqui.server.config;

/** A value that is not of its setting's type. The message says what to give instead, such as {@code give true or false}. */
final class BadValueException extends Exception {
    private static final long serialVersionUID = 1L;

    BadValueException(String advice) {
        super(advice);
    }

    String advice() {
        String advice = getMessage();
        return advice == null ? "" : advice;
    }
}
