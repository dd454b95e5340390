package io.chasqui.broker.routing;

import io.chasqui.broker.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One who can be owed messages: a session. At home on one loop for life. */
public interface Subscriber {
    String clientId();

    /** Index of the home loop. Any thread. */
    int home();

    /** Whether it is connected. A hint that may be out of date, for the choice among members of a share. Any thread. */
    boolean isConnected();

    /** Whether it is connected and a message would leave at once. A hint like {@link #isConnected}. Any thread. */
    boolean isIdle();

    /**
     * Takes over a message: sends it, queues it, or ends it in a fate. Home loop only.
     *
     * @param joint takes up what is to be kept of it, for one write by another; null when the subscriber has it kept itself
     * @return false when it was refused for lack of room, which the publisher must hear
     */
    boolean deliver(Message message, Route route, @Nullable List<Pledge> joint);
}
