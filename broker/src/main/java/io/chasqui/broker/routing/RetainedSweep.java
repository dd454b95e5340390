package io.chasqui.broker.routing;

import io.chasqui.broker.loop.Timer;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.topic.TopicMap;
import io.chasqui.protocol.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * Removes retained messages that have expired and that nobody comes by to see (U5-43), so that they do not count against the
 * limits for long: walks all of them once a minute, some at a time. Confined to the loop of its router; one is enough.
 */
public final class RetainedSweep extends Timer {
    private static final long PAUSE_NANOS = 60_000_000_000L;
    private static final int STEPS_A_TICK = 10_000; // about a millisecond

    private final Router router;
    private TopicMap.@Nullable Cursor<Message> cursor; // of the walk under way

    public RetainedSweep(Router router) {
        this.router = router;
    }

    /** Begins, from any thread, and goes on for as long as the loop runs. */
    public void start() {
        router.loop().execute(() -> router.loop().timers().set(this, PAUSE_NANOS));
    }

    @Override
    protected void onTime() {
        Retained retained = router.topics().retained();
        TopicMap.Cursor<Message> walk = cursor == null ? retained.matching(TopicFilter.of("#")) : cursor;
        for (int steps = 0; steps < STEPS_A_TICK && !walk.isDone(); steps++) {
            Message message = walk.next(1);
            if (message != null && message.isExpired(router.loop())) {
                retained.expire(message, router.journal());
            }
        }
        cursor = walk.isDone() ? null : walk;
        router.loop().timers().set(this, walk.isDone() ? PAUSE_NANOS : 0);
    }
}
