package io.chasqui.broker.connection;

import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.connection.Interceptor.Change;
import io.chasqui.broker.connection.Interceptor.Drop;
import io.chasqui.broker.connection.Interceptor.Refuse;
import io.chasqui.broker.connection.Interceptor.Verdict;
import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.metrics.Counters;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Fates;
import io.chasqui.protocol.ReasonCode;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks and tells an {@link Interceptor} on behalf of one loop, which goes on whatever that one throws. Confined to the loop. */
final class Interception {
    private static final Logger LOG = LoggerFactory.getLogger(Interceptor.class);
    private static final long LOG_NANOS = 1_000_000_000L;

    /** What becomes of a message when the interceptor fails. */
    private static final Refuse FAILED =
            new Refuse(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, Fate.INTERCEPTOR_FAILED.label());

    private final Interceptor interceptor;
    private final Policy policy;
    private final Loop loop;
    private final Counters counters;
    private long loggedNanos;

    Interception(Interceptor interceptor, Policy policy, Fates fates, Loop loop, Counters counters) {
        this.interceptor = interceptor;
        this.policy = policy;
        this.loop = loop;
        this.counters = counters;
        this.loggedNanos = loop.nanoTime() - LOG_NANOS;
        fates.observe(this::ended);
    }

    /** What becomes of a message that {@code client} publishes. */
    Verdict judge(ClientInfo client, Message message) {
        try {
            Verdict verdict = Objects.requireNonNull(interceptor.onPublish(client, message), "no Verdict");
            if (verdict instanceof Change change) {
                check(message, change.message());
            }
            return verdict;
        } catch (Throwable e) { // not our code
            failed(e);
            return FAILED;
        }
    }

    /** The message that goes its way, of the one that was judged. */
    static Message judged(Verdict verdict, Message message) {
        return verdict instanceof Change change ? change.message() : message;
    }

    /** @return null where the message goes its way, changed or not */
    static @Nullable Fate fate(Verdict verdict) {
        return switch (verdict) {
            case Refuse refuse when refuse == FAILED -> Fate.INTERCEPTOR_FAILED;
            case Refuse _ -> Fate.REFUSED_BY_INTERCEPTOR;
            case Drop _ -> Fate.DROPPED_BY_INTERCEPTOR;
            default -> null;
        };
    }

    /** What a client may not publish, it may not be made to publish. */
    private void check(Message asked, Message changed) {
        String fault = policy.fault(changed);
        if (!changed.publisher().equals(asked.publisher())) { // of whom fates and No Local speak
            fault = "another publisher";
        }
        if (fault != null) {
            throw new IllegalArgumentException("the message for " + changed.topic() + " has " + fault);
        }
    }

    void tell(Consumer<Interceptor> what) {
        try {
            what.accept(interceptor);
        } catch (Throwable e) { // not our code
            failed(e);
        }
    }

    private void ended(Fate fate, Message message, @Nullable String receiver) {
        try {
            interceptor.onEnded(fate, message, receiver);
        } catch (Throwable e) { // not our code
            failed(e);
        }
    }

    private void failed(Throwable cause) {
        counters.faults++;
        long now = loop.nanoTime();
        if (now - loggedNanos >= LOG_NANOS) {
            loggedNanos = now;
            LOG.error("{} has failed", interceptor.getClass().getName(), cause);
        }
    }
}
