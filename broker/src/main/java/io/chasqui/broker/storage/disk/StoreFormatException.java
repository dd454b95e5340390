package io.chasqui.broker.storage.disk;

import java.io.IOException;

/** A store cannot be used by this program, or not as it is configured: the message says why, and what to do. */
public final class StoreFormatException extends IOException {
    private static final long serialVersionUID = 1;

    StoreFormatException(String message) {
        super(message);
    }
}
