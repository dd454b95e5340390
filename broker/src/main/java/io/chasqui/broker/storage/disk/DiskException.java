package io.chasqui.broker.storage.disk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A {@link Disk} could not do what it was asked to. */
public final class DiskException extends IOException {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Kind {
        /** There is no room; it may come back. */
        NO_ROOM,
        /** What is asked for is on the disk and cannot be read; other records may be readable. */
        DAMAGE,
        /** Anything else; it may pass. */
        FAULT
    }

    private final Kind kind;

    public DiskException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public Kind kind() {
        return kind;
    }
}
