package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubscriptionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client of the broker in the words of the tests: a {@link Client} of some library at the end of a {@link Wire} of its
 * own, and what it has received. Used by the thread of the test; the library reports on others.
 */
final class Guest implements Client.Events {
    /** How long a test waits for what must happen: long, for a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Wire wire;
    private final Client client;
    private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> closings = new LinkedBlockingQueue<>();
    private Client.Connected connected;

    private Guest(Client.Library library, BrokerUnderTest broker, Options options) throws Exception {
        this.wire = new Wire(broker);
        this.client = library.client(wire.port(), options, this);
        this.connected = new Client.Connected("", false);
    }

    static Guest connect(Client.Library library, BrokerUnderTest broker, Options options) throws Exception {
        Guest guest = new Guest(library, broker, options);
        try {
            guest.connected = guest.client.connect();
            return guest;
        } catch (Exception | AssertionError e) {
            guest.destroy();
            throw e;
        }
    }

    Wire wire() {
        return wire;
    }

    String clientId() {
        return connected.clientId();
    }

    boolean sessionPresent() {
        return connected.sessionPresent();
    }

    /** Subscribes and expects to be granted what it asks for. */
    void subscribe(String filter, Qos qos) throws Exception {
        subscribe(filter, new SubscriptionOptions(qos), 0);
    }

    /** @param subscriptionId Subscription Identifier, or 0 for none */
    void subscribe(String filter, SubscriptionOptions options, int subscriptionId) throws Exception {
        assertThat(client.subscribe(filter, options, subscriptionId))
                .as("granted QoS of " + filter)
                .isEqualTo(options.qos().level());
    }

    void unsubscribe(String filter) throws Exception {
        client.unsubscribe(filter);
    }

    /** Publishes and waits for the acknowledgement. */
    void publish(Message message) throws Exception {
        publishing(message).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Publishes and does not wait. */
    CompletableFuture<?> publishing(Message message) throws Exception {
        return client.publish(message);
    }

    /** The next message. */
    Message next() throws InterruptedException {
        Message message = inbox.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError(connected.clientId() + " has received nothing more");
        }
        return message;
    }

    /** The payloads of the next messages, as text. */
    List<String> nextTexts(int count) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            texts.add(next().text());
        }
        return texts;
    }

    /** All messages before the one that says {@code marker}, which is how a test knows that something did not arrive. */
    List<Message> before(String marker) throws InterruptedException {
        List<Message> messages = new ArrayList<>();
        for (Message message = next(); !message.text().equals(marker); message = next()) {
            messages.add(message);
        }
        return messages;
    }

    /** The payloads of all messages before the one that says {@code marker}. */
    List<String> textsBefore(String marker) throws InterruptedException {
        return before(marker).stream().map(Message::text).toList();
    }

    /** Waits until the broker has closed the connection.
     *
     * @return the Reason Code of its DISCONNECT, or {@link Client.Events#NO_REASON} */
    int awaitClosed() throws InterruptedException {
        Integer reason = closings.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (reason == null) {
            throw new AssertionError("the connection of " + connected.clientId() + " is still there");
        }
        return reason;
    }

    /** Breaks the connection: no DISCONNECT. */
    void vanish() throws InterruptedException {
        closings.clear();
        wire.cut();
        awaitClosed();
    }

    void disconnect() throws Exception {
        client.disconnect(false);
    }

    /** MQTT 5: says DISCONNECT with Will Message. */
    void disconnectWithWill() throws Exception {
        client.disconnect(true);
    }

    /** Connects again: the same object of the library, so the same session at both ends. */
    void comeBack() throws Exception {
        connected = client.connect();
    }

    @Override
    public void received(Message message) {
        inbox.add(message);
    }

    @Override
    public void closed(int reason) {
        closings.add(reason);
    }

    void destroy() throws Exception {
        try (wire) {
            client.destroy();
        }
    }
}
