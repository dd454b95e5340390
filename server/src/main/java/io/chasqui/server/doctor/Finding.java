package io.chasqui.server.doctor;

/**
 * Something that was looked at, and what came of it.
 *
 * @param area what it is about: configuration, certificate, machine or broker
 * @param what the fact, with its figure
 * @param fix what to do about it; empty where there is nothing to do
 */
public record Finding(Severity severity, String area, String what, String fix) {
    /** From worst to best, which is how findings are ranked. */
    public enum Severity {
        /** It does not work, or is open to strangers. */
        ERROR,
        /** It will hurt some day. */
        WARNING,
        /** Worth knowing. */
        HINT,
        /** Looked at, and well. */
        OK
    }

    static Finding error(String area, String what, String fix) {
        return new Finding(Severity.ERROR, area, what, fix);
    }

    static Finding warning(String area, String what, String fix) {
        return new Finding(Severity.WARNING, area, what, fix);
    }

    static Finding hint(String area, String what, String fix) {
        return new Finding(Severity.HINT, area, what, fix);
    }

    static Finding ok(String area, String what) {
        return new Finding(Severity.OK, area, what, "");
    }
}
