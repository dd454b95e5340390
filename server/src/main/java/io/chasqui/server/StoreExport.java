package io.chasqui.server;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.StoredSession;
import io.chasqui.broker.storage.disk.DiskException;
import io.chasqui.broker.storage.disk.DiskStore;
import io.chasqui.broker.storage.disk.StoreView;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.Will;
import io.chasqui.server.json.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what a store holds as JSON, one line for each session, each message that is owed, and each retained message. */
final class StoreExport {
    private static final int MESSAGES_AT_ONCE = 256;
    private static final long BYTES_AT_ONCE = 4 << 20;

    private final StoreView store;
    private final PrintWriter out;

    StoreExport(StoreView store, PrintWriter out) {
        this.store = store;
        this.out = out;
    }

    void write() throws DiskException {
        List<StoredSession> sessions = new ArrayList<>();
        store.sessions(sessions::add);
        for (StoredSession session : sessions) {
            session(session);
            messages(session);
        }
        store.retained(message -> {
            Map<String, @Nullable Object> line = line("retained");
            message(message, line);
            print(line);
        });
    }

    private static Map<String, @Nullable Object> line(String kind) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("kind", kind);
        return line;
    }

    private void print(Map<String, @Nullable Object> line) {
        out.println(Json.of(line));
    }

    private void session(StoredSession session) {
        Map<String, @Nullable Object> line = line("session");
        line.put("clientId", session.clientId());
        line.put("number", session.id().number());
        line.put("expirySeconds", session.expirySeconds());
        line.put(
                "leftAtMillis",
                session.leftAtWallMillis() == StoredSession.CONNECTED ? null : session.leftAtWallMillis());
        line.put("userName", session.userName());
        line.put(
                "subscriptions",
                session.subscriptions().stream().map(StoreExport::subscription).toList());
        line.put("receivedPacketIds", Arrays.stream(session.received()).boxed().toList());
        Will will = session.will();
        line.put("will", will == null ? null : will(will));
        print(line);
    }

    private static Map<String, @Nullable Object> subscription(Change.Subscribed subscribed) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("filter", subscribed.filter().text());
        line.put("qos", subscribed.options().qos().level());
        line.put("noLocal", subscribed.options().noLocal());
        line.put("retainAsPublished", subscribed.options().retainAsPublished());
        line.put("retainHandling", subscribed.options().retainHandling().ordinal());
        line.put("subscriptionId", subscribed.id());
        return line;
    }

    private static Map<String, @Nullable Object> will(Will will) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("topic", will.topic().name());
        line.put("qos", will.qos().level());
        line.put("retain", will.retain());
        line.put("delaySeconds", will.delaySeconds());
        line.put("messageExpirySeconds", will.messageExpirySeconds() < 0 ? null : will.messageExpirySeconds());
        properties(will.properties(), line);
        line.put("payload", Base64.getEncoder().encodeToString(will.payload()));
        return line;
    }

    private void messages(StoredSession session) throws DiskException {
        List<Change.Owed> owed = store.owed(session.id(), 1, MESSAGES_AT_ONCE, BYTES_AT_ONCE);
        while (!owed.isEmpty()) {
            for (Change.Owed each : owed) {
                Map<String, @Nullable Object> line = line("queued");
                line.put("clientId", session.clientId());
                line.put("sequence", each.sequence());
                line.put("deliverQos", each.qos().level());
                line.put("deliverRetain", each.retain());
                line.put("packetId", each.packetId() == 0 ? null : each.packetId());
                line.put("released", each.released());
                line.put(
                        "subscriptionIds",
                        Arrays.stream(each.subscriptionIds()).boxed().toList());
                TopicFilter share = each.share();
                line.put("share", share == null ? null : share.text());
                message(each.message(), line);
                print(line);
            }
            owed = store.owed(session.id(), owed.getLast().sequence() + 1, MESSAGES_AT_ONCE, BYTES_AT_ONCE);
        }
    }

    private static void message(Message message, Map<String, @Nullable Object> line) {
        line.put("topic", message.topic().name());
        line.put("qos", message.qos().level());
        line.put("retain", message.retain());
        line.put("publisher", message.publisher());
        long expiry = message.remainingExpirySeconds(DiskStore.Clock.SYSTEM.nanoTime());
        line.put("expiresInSeconds", expiry < 0 ? null : expiry);
        properties(message.properties(), line);
        line.put("payload", Base64.getEncoder().encodeToString(message.payload()));
    }

    private static void properties(PublishProperties properties, Map<String, @Nullable Object> line) {
        if (properties.isEmpty()) {
            return;
        }
        line.put("payloadFormat", properties.payloadFormat() < 0 ? null : properties.payloadFormat());
        line.put("contentType", properties.contentType());
        line.put("responseTopic", properties.responseTopic());
        byte[] correlation = properties.correlationData();
        line.put(
                "correlationData",
                correlation == null ? null : Base64.getEncoder().encodeToString(correlation));
        line.put(
                "userProperties",
                properties.userProperties().stream()
                        .map(each -> List.of(each.name(), each.value()))
                        .toList());
    }
}
