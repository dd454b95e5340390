package io.chasqui.broker.routing;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Publish;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A receiver that writes down what it is given, {@code payload q1 [ids]}, and can be busy, away or full. */
final class RecordingSubscriber implements Subscriber {
    final List<String> got = new ArrayList<>();
    boolean connected = true;
    boolean idle = true;
    boolean full;
    private final String clientId;
    private final int home;

    RecordingSubscriber(String clientId, int home) {
        this.clientId = clientId;
        this.home = home;
    }

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public int home() {
        return home;
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isIdle() {
        return idle;
    }

    @Override
    public boolean deliver(Message message, Route route) {
        if (full) {
            return false;
        }
        got.add(new String(message.payload(), StandardCharsets.UTF_8)
                + " q" + message.qos().min(route.qos()).level()
                + (route.retainAsPublished() ? " rap" : "")
                + (route.subscriptionIds() == Publish.NO_IDS ? "" : " " + Arrays.toString(route.subscriptionIds())));
        return true;
    }

    List<String> take() {
        List<String> taken = List.copyOf(got);
        got.clear();
        return taken;
    }
}
