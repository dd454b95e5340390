package io.chasqui.broker.routing;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.Journal;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.protocol.Publish;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A receiver that writes down what it is given, {@code payload q1 [ids]}, and can be busy, away or full. */
final class RecordingSubscriber implements Subscriber {
    final List<String> got = new ArrayList<>();
    boolean connected = true;
    boolean idle = true;
    boolean full;
    private final String clientId;
    private final int home;
    private @Nullable Journal journal;

    RecordingSubscriber(String clientId, int home) {
        this.clientId = clientId;
        this.home = home;
    }

    /** From now on it tells {@code journal} something of each message. */
    void keepIn(Journal newJournal) {
        journal = newJournal;
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
    public boolean deliver(Message message, Route route, @Nullable List<Pledge> joint) {
        if (full) {
            return false;
        }
        if (journal != null) {
            journal.append(new Change.Forgotten(new SessionId(0, 1), 1));
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
