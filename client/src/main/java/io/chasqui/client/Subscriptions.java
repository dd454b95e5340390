package io.chasqui.client;

import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Wire;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import io.chasqui.protocol.UserProperty;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What the client has subscribed to, and the SUBSCRIBE and UNSUBSCRIBE packets that have no answer yet. Confined to the event
 * thread. Both are limited by what the application asks for; an unanswered one ends with its time.
 */
final class Subscriptions {
    private static final int RESTORED_AT_ONCE = 100; // filters in a packet

    /** A subscription that is in force as far as we know. */
    private record InForce(SubscriptionOptions options, int subscriptionId) {}

    private final Settings settings;
    private final EventThread thread;
    private final ClientSession session;
    private final PacketIds ids;

    // Valid for the session.
    private final Map<String, InForce> inForce = new LinkedHashMap<>();

    private final Set<Integer> given = new HashSet<>(); // Subscription Identifiers; the application decides how many

    private final ArrayDeque<Ask> waiting = new ArrayDeque<>(); // for a connection
    private final List<Ask> sent = new ArrayList<>();

    Subscriptions(Settings settings, EventThread thread, ClientSession session, PacketIds ids) {
        this.settings = settings;
        this.thread = thread;
        this.session = session;
        this.ids = ids;
    }

    Ask subscribe(List<Subscribe.Entry> entries, int subscriptionId, List<UserProperty> userProperties) {
        String what =
                "SUBSCRIBE to " + entries.stream().map(Subscribe.Entry::filter).toList();
        Ask[] self = new Ask[1];
        Ask ask = new Ask(
                what,
                entries.size(),
                id -> {
                    given.add(subscriptionId);
                    return new Subscribe(id, subscriptionId, entries, userProperties);
                },
                () -> remember(entries, subscriptionId, self[0].join()));
        self[0] = ask;
        return ask;
    }

    private void remember(List<Subscribe.Entry> entries, int subscriptionId, List<ReasonCode> reasons) {
        for (int i = 0; i < entries.size(); i++) {
            String filter = entries.get(i).filter();
            if (!reasons.get(i).isError()) {
                inForce.put(filter, new InForce(entries.get(i).options(), subscriptionId));
            }
        }
    }

    Ask unsubscribe(List<String> filters, List<UserProperty> userProperties) {
        return new Ask(
                "UNSUBSCRIBE from " + filters,
                filters.size(),
                id -> new Unsubscribe(id, filters, userProperties),
                () -> filters.forEach(inForce::remove));
    }

    /**
     * Looks at the Subscription Identifiers of a message.
     *
     * @throws ProtocolException when the server has made one up; those of an inherited session are not known to us
     */
    void check(int[] subscriptionIds) throws ProtocolException {
        for (int id : subscriptionIds) {
            if (!given.contains(id) && !session.isInherited()) {
                throw new ProtocolException(
                        ReasonCode.PROTOCOL_ERROR, "U5-22", "Subscription Identifier " + id + " that was not given");
            }
        }
    }

    /** Sends it now, or when there is a connection. */
    void ask(Ask ask) {
        ask.deadline =
                thread.schedule(() -> onTimeOut(ask), settings.answerTimeout().toNanos());
        waiting.add(ask);
        send();
    }

    private void onTimeOut(Ask ask) {
        waiting.remove(ask);
        ask.completeExceptionally(new MqttException.TimedOut(ask.what + " was not answered within "
                + settings.answerTimeout().toMillis() + " ms" + (ask.packetId == 0 ? "; there is no connection" : "")));
    }

    /** CONNACK has come. */
    void onConnected(boolean sessionPresent) {
        for (int i = sent.size() - 1; i >= 0; i--) { // answers that did not come: ask again
            Ask ask = sent.get(i);
            ids.free(ask.packetId);
            ask.packetId = 0;
            if (!ask.isDone()) {
                waiting.addFirst(ask);
            }
        }
        sent.clear();
        if (!sessionPresent) {
            restore();
        }
        send();
    }

    private void restore() {
        Map<Integer, List<Subscribe.Entry>> byId = new LinkedHashMap<>();
        inForce.forEach((filter, was) -> byId.computeIfAbsent(was.subscriptionId(), id -> new ArrayList<>())
                .add(new Subscribe.Entry(filter, was.options())));
        byId.forEach((id, entries) -> {
            for (int from = 0; from < entries.size(); from += RESTORED_AT_ONCE) {
                restore(id, entries.subList(from, Math.min(entries.size(), from + RESTORED_AT_ONCE)));
            }
        });
    }

    private void restore(int subscriptionId, List<Subscribe.Entry> entries) {
        Ask ask = subscribe(List.copyOf(entries), subscriptionId, List.of());
        ask.thenAccept(reasons -> {
            for (int i = 0; i < reasons.size(); i++) {
                if (reasons.get(i).isError()) {
                    String filter = entries.get(i).filter();
                    ReasonCode reason = reasons.get(i);
                    inForce.remove(filter);
                    session.tell(listener -> listener.onSubscriptionLost(filter, reason));
                }
            }
        });
        waiting.add(ask);
    }

    private void send() {
        Wire wire = session.wire();
        for (Ask ask; wire != null && (ask = waiting.peek()) != null; ) {
            int id = ids.give(ask);
            if (id == 0) {
                return; // an answer frees one
            }
            waiting.remove();
            Packet packet = ask.packet.apply(id);
            if (!wire.write(packet)) {
                ids.free(id);
                cancelDeadline(ask);
                ask.completeExceptionally(new MqttException.SubscribeRefused(
                        ask.what, List.of(ReasonCode.PACKET_TOO_LARGE), "it is larger than the server takes"));
                continue;
            }
            ask.packetId = id;
            sent.add(ask);
        }
    }

    void onSubAck(SubAck ack) {
        answer(ack.packetId(), ack.reasons(), ack.properties().reasonString());
    }

    void onUnsubAck(UnsubAck ack) {
        answer(ack.packetId(), ack.reasons(), ack.properties().reasonString());
    }

    private void answer(int packetId, List<ReasonCode> reasons, @Nullable String reasonString) {
        if (!(ids.owner(packetId) instanceof Ask ask)) {
            return;
        }
        ids.free(packetId);
        sent.remove(ask);
        cancelDeadline(ask);
        ask.reasonString = reasonString;
        boolean counted = reasons.size() == ask.filters || reasons.isEmpty(); // UNSUBACK of MQTT 3 has none
        if (!counted) {
            ask.completeExceptionally(new MqttException.SubscribeRefused(
                    ask.what, reasons, "the answer is not for " + ask.filters + " filters"));
        } else if (ask.complete(reasons)) {
            ask.inForce.run();
        }
        send();
    }

    private static void cancelDeadline(Ask ask) {
        Future<?> deadline = ask.deadline;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    void close() {
        List<Ask> all = new ArrayList<>(sent);
        all.addAll(waiting);
        for (Ask ask : all) {
            cancelDeadline(ask);
            ask.completeExceptionally(
                    new MqttException.Closed("the client was closed before " + ask.what + " was answered"));
        }
    }
}
