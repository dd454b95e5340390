package io.chasqui.broker.tls;

import java.io.IOException;
import java.nio.file.Path;

/** A file that TLS cannot be spoken with. The message names it and says why; it never has anything of a key in it. */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1L;

    TlsException(Path file, String why) {
        super(file + ": " + why);
    }

    TlsException(Path file, String why, Throwable cause) {
        super(file + ": " + why, cause);
    }

    public TlsException(String why, Throwable cause) {
        super(why, cause);
    }
}
