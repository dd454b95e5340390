package io.chasqui.server;

import io.chasqui.client.ConnectionListener;
import io.chasqui.client.MqttException;
import io.chasqui.client.Received;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code -d}: what happens to the connection, a line each, on the error stream. */
final class DebugLines implements ConnectionListener {
    private final Console console;

    DebugLines(Console console) {
        this.console = console;
    }

    @Override
    public void onConnected(ConnAck connAck) {
        console.err().println("connected" + (connAck.sessionPresent() ? ", session resumed" : ""));
    }

    @Override
    public void onDisconnected(MqttException why, @Nullable Duration nextAttempt) {
        console.err()
                .println(
                        why.getMessage() + (nextAttempt == null ? "" : "; again in " + nextAttempt.toMillis() + " ms"));
    }

    @Override
    public void onSubscriptionLost(String filter, ReasonCode reason) {
        console.err().println("the subscription to " + filter + " is lost: " + reason);
    }

    @Override
    public void onUnhandled(Received message, @Nullable Throwable fault) {
        if (fault != null) {
            console.err().println(message.topic() + ": " + fault);
        }
    }
}
