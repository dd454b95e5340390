package io.chasqui.broker;

import io.chasqui.broker.connection.Core;
import io.chasqui.broker.connection.Engine;
import io.chasqui.broker.loop.Timer;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Retained;
import io.chasqui.broker.topic.TopicMap;
import io.chasqui.protocol.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * Removes retained messages that have expired and that nobody comes by to see (U5-43), so that they do not count against the
 * limits for long: walks all of them once a minute, some at a time. Confined to the first loop.
 */
final class RetainedSweep extends Timer {
    private static final long PAUSE_NANOS = 60_000_000_000L;
    private static final int STEPS_A_TICK = 10_000; // about a millisecond

    private final Core core;
    private final Retained retained;
    private TopicMap.@Nullable Cursor<Message> cursor; // of the walk under way

    RetainedSweep(Engine engine) {
        this.core = engine.cores().getFirst();
        this.retained = engine.topics().retained();
    }

    void start() {
        core.loop().execute(() -> core.loop().timers().set(this, PAUSE_NANOS));
    }

    @Override
    protected void onTime() {
        TopicMap.Cursor<Message> walk = cursor == null ? retained.matching(TopicFilter.of("#")) : cursor;
        for (int steps = 0; steps < STEPS_A_TICK && !walk.isDone(); steps++) {
            Message message = walk.next(1);
            if (message != null && message.isExpired(core.loop().nanoTime())) {
                retained.expire(message, core.router().journal());
            }
        }
        cursor = walk.isDone() ? null : walk;
        core.loop().timers().set(this, walk.isDone() ? PAUSE_NANOS : 0);
    }
}
