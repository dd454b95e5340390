package io.chasqui.broker.storage.disk;

/** A record does not say what a record of its kind must. Has no stack trace: there may be many. */
final class DamagedRecordException extends Exception {
    private static final long serialVersionUID = 1;

    DamagedRecordException(String message) {
        super(message, null, false, false);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
