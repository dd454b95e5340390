package io.chasqui.broker.routing;

import io.chasqui.broker.storage.Change;
import org.jspecify.annotations.Nullable;

/**
 * What a session adds to the write of somebody else's QoS 2 message. The publisher's loop has all of them
 * kept together with the Packet Identifier of the message, or none: so that after a crash a repetition of the message is either
 * known, and everyone has it, or unknown, and nobody has. Until that is decided the session does not send its copy.
 */
public interface Pledge {
    /** What is to be kept, or null when nothing is: then only the delivery waits. Any thread. */
    @Nullable
    Change change();

    /** It was kept, or it was not and the message is not owed. On the session's loop, once. */
    void decided(boolean kept);
}
