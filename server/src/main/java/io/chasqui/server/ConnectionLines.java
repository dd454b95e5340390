package io.chasqui.server;

import io.chasqui.client.ConnectionListener;
import io.chasqui.client.MqttException;
import io.chasqui.client.Received;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Says on the error stream what happens to the connection, a line each: what is lost, and with {@code -d} all of it. And knows when it
 * is lost for good. Called on one thread at a time.
 */
final class ConnectionLines implements ConnectionListener {
    /** What is said. */
    enum Detail {
        NOTHING,
        FAULTS,
        ALL
    }

    private final Console console;
    private final Detail detail;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    ConnectionLines(Console console, Detail detail) {
        this.console = console;
        this.detail = detail;
    }

    /** Fails, with an MqttException, when the connection is lost and will not come back by itself. */
    CompletableFuture<Void> lost() {
        return lost;
    }

    @Override
    public void onConnected(ConnAck connAck) {
        say(Detail.ALL, "connected" + (connAck.sessionPresent() ? ", session resumed" : ""));
    }

    @Override
    public void onDisconnected(MqttException why, @Nullable Duration nextAttempt) {
        if (nextAttempt == null) {
            lost.completeExceptionally(why); // whoever waits for it says so
        } else {
            say(Detail.FAULTS, why.getMessage() + "; again in " + nextAttempt.toMillis() + " ms");
        }
    }

    @Override
    public void onSubscriptionLost(String filter, ReasonCode reason) {
        say(Detail.FAULTS, "the subscription to " + filter + " is lost: " + reason);
    }

    @Override
    public void onUnhandled(Received message, @Nullable Throwable fault) {
        if (fault != null) {
            say(Detail.FAULTS, message.topic() + ": " + fault);
        }
    }

    private void say(Detail level, String line) {
        if (detail.compareTo(level) >= 0) {
            console.fail(line);
        }
    }
}
