package io.chasqui.server.auth;

import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Says in the log that somebody who is to say who clients are does not: at once, then once a minute with the number of clients
 * that were refused for it, and when there are answers again. Not for each client, or strangers could fill the log. Any thread.
 */
final class Outage {
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String who;
    private final LongSupplier nanoTime;
    private final Consumer<String> log;
    private volatile boolean out; // written under this
    private long toldNanos; // guarded by this, as is refused
    private long refused; // clients since it was last told

    /**
     * @param who the one who is asked, in words that begin a sentence and give no secret away
     * @param log takes a line
     */
    Outage(String who, LongSupplier nanoTime, Consumer<String> log) {
        this.who = who;
        this.nanoTime = nanoTime;
        this.log = log;
    }

    /** A client is refused for want of an answer. */
    synchronized void failed(String why) {
        refused++;
        long now = nanoTime.getAsLong();
        if (out && now - toldNanos < PAUSE_NANOS) {
            return;
        }
        tell(out ? "still gives no answer" : "gives no answer", why);
        out = true;
        toldNanos = now;
    }

    private void tell(String what, String why) {
        log.accept(who + " " + what + ", and nobody gets in by it (" + refused + " refused): " + why);
        refused = 0;
    }

    /** There was an answer, be it yes or no. Costs next to nothing where there was one before. */
    void answered() {
        if (out) {
            over();
        }
    }

    private synchronized void over() {
        if (out) {
            out = false;
            log.accept(who + " answers again (" + refused + " more refused meanwhile)");
            refused = 0;
        }
    }

    /** What has gone wrong, for people: of the failure that a future or a thread has only handed on. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
            return "not in time";
        }
        String message = cause.getMessage();
        return message != null && !message.isBlank()
                ? message
                : cause instanceof ConnectException ? "no connection" : cause.toString();
    }
}
