package io.chasqui.server;

import io.chasqui.client.ConnectionListener;
import io.chasqui.client.MqttException;
import io.chasqui.client.Received;
import io.chasqui.protocol.ReasonCode;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Says on the error stream what happens to the connection, a line each, and knows when it is lost for
 * good. Called on one thread at a time.
 */
final class ConnectionLines implements ConnectionListener {
    private final Console console;
    private final boolean quiet;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    /** @param quiet nothing is said */
    ConnectionLines(Console console, boolean quiet) {
        this.console = console;
        this.quiet = quiet;
    }

    /** Fails, with an MqttException, when the connection is lost and will not come back by itself. */
    CompletableFuture<Void> lost() {
        return lost;
    }

    /** Where the command prints. */
    OutputStream bytes() {
        return console.bytes();
    }

    @Override
    public void onDisconnected(MqttException why, @Nullable Duration nextAttempt) {
        if (nextAttempt == null) {
            lost.completeExceptionally(why); // whoever waits for it says so
        } else {
            say(why.getMessage() + "; again in " + nextAttempt.toMillis() + " ms");
        }
    }

    @Override
    public void onSubscriptionLost(String filter, ReasonCode reason) {
        say("the subscription to " + filter + " is lost: " + reason);
    }

    @Override
    public void onUnhandled(Received message, @Nullable Throwable fault) {
        if (fault != null) {
            say(message.topic() + ": " + fault);
        }
    }

    private void say(String line) {
        if (!quiet) {
            console.fail(line);
        }
    }
}
