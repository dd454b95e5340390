package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Will;
import org.jspecify.annotations.Nullable;

/** A Will Message that waits for its connection to end (section 3.1.2.5). */
public interface Testament {
    Will will();

    /** Whose it is: what the authorizer goes by, also after a restart. */
    @Nullable
    String userName();

    /**
     * The message to publish, made at this moment: its expiry begins to count now (U5-42).
     *
     * @return null when the client may not publish it; that has been accounted for
     */
    @Nullable
    Message execute();
}
