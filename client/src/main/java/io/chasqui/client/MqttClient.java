package io.chasqui.client;

import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Network;
import io.chasqui.client.transport.Sockets;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.UserProperty;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client of an MQTT server. Safe on any thread; has no thread of its own, so ten thousand clients in one JVM are fine.
 *
 * <p>Calls come in pairs. {@code publish} waits and throws; {@code publishAsync} returns at once with a future that ends in the
 * same way. Waiting is cheap on a virtual thread. Futures complete on the event thread that many clients share: what is chained
 * to them without {@code Async} must not block. A blocking call there is an {@link IllegalStateException}.
 *
 * <p>Callbacks run on the builder's callback executor, virtual threads by default: one at a time for each registration, in the order of
 * arrival. They may block and may call the client.
 *
 * <p>After a connection was lost the client comes back by itself, see {@link Reconnect}: subscriptions are made again if the
 * server has lost them, and what was not acknowledged is sent again, in the same order. Messages that wait are limited, see
 * {@link MqttClientBuilder#outbox}; so are those that come, see {@link MqttClientBuilder#inboxMessages}.
 */
public final class MqttClient implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Settings settings;
    private final Network network;
    private final EventThread thread;
    private final @Nullable Keeper keeper;
    private final ClientSession session;
    private final Requests requests;
    private final AtomicBoolean closed = new AtomicBoolean();

    MqttClient(Settings settings) {
        this(settings, Sockets.acquire(), thread -> openKeeper(settings, thread));
    }

    /** @param opensKeeper opens the outbox on disk, for a client on that thread; gives null for none */
    MqttClient(Settings settings, Network network, Function<EventThread, @Nullable Keeper> opensKeeper) {
        this.settings = settings;
        this.network = network;
        this.thread = network.thread();
        try {
            this.keeper = opensKeeper.apply(thread);
        } catch (MqttException.OutboxFailed e) {
            network.release();
            throw e;
        }
        this.session = new ClientSession(settings, network, thread, keeper);
        if (keeper != null) {
            for (Outgoing message : keeper.restored(thread.nanoTime())) {
                tellIfUndelivered(message);
                session.sender.restore(message);
            }
        }
        this.requests = new Requests(this, settings, thread);
    }

    private static @Nullable Keeper openKeeper(Settings settings, EventThread thread) {
        Path directory = settings.outboxDirectory();
        return directory == null ? null : DiskOutbox.open(directory, settings.outboxSync(), thread);
    }

    private void tellIfUndelivered(Outgoing message) {
        message.whenComplete((reason, failure) -> {
            if (failure instanceof MqttException why && !(failure instanceof MqttException.Closed)) {
                session.tell(listener -> listener.onUndelivered(message.topic.name(), why));
            }
        });
    }

    /**
     * Begins to build a client.
     *
     * @param server {@code mqtt://host:1883}, {@code mqtts://host:8883}, {@code ws://host/mqtt}, {@code wss://host/mqtt} or
     *     {@code unix:///run/mqtt.sock}
     */
    public static MqttClientBuilder to(String server) {
        return new MqttClientBuilder(server);
    }

    /**
     * Connects: one attempt, now. Returns when the server has let us in; from then on the client comes back by itself.
     *
     * @return the server's CONNACK: whether it had our session, and what it grants
     * @throws MqttException.ConnectFailed when there is no connection to be had
     * @throws MqttException.ConnectRefused when the server says no
     */
    public ConnAck connect() {
        return await(connectAsync());
    }

    /** {@link #connect} without waiting. */
    public CompletableFuture<ConnAck> connectAsync() {
        CompletableFuture<ConnAck> outcome = new CompletableFuture<>();
        give(() -> session.connect(outcome), outcome);
        return outcome;
    }

    /**
     * Connects whenever that is possible: tries again and again, as after a lost connection. Returns at once; messages of QoS 1
     * and 2 can be published and wait. A {@link ConnectionListener} hears how it goes.
     */
    public void start() {
        give(session::start, new CompletableFuture<>());
    }

    /**
     * Publishes, and waits until the message is where its QoS promises:
     *
     * <ul>
     *   <li>QoS 0: written to the connection. It fails when there is none, and is lost without notice when that breaks.
     *   <li>QoS 1: acknowledged by the server. It waits for a connection, and is sent again on the next one until it is acknowledged;
     *       then it may arrive twice.
     *   <li>QoS 2: owned by the server, once. It waits and is repeated likewise, without arriving twice as long as the server keeps
     *       the session. When the server has lost it, a message that it had not yet answered with PUBREC is sent anew.
     * </ul>
     *
     * <p>May wait for ever at QoS 1 and 2, for it does not give up: use {@code publishAsync(message).get(time)} to wait for a time.
     *
     * @return SUCCESS, or NO_MATCHING_SUBSCRIBERS if the server says so
     * @throws MqttException.PublishRefused when the server refuses it, or cannot take it; it is not retried
     * @throws MqttException.ConnectionLost at QoS 0 without a connection
     * @throws MqttException.OutboxFull when there is no room, and {@link WhenFull} says so
     * @throws MqttException.Expired when its Message Expiry Interval was over first
     * @throws MqttException.Closed when the client is closed first
     */
    public ReasonCode publish(Message message) {
        return await(publishAsync(message));
    }

    /** Publishes a text at QoS 1; see {@link #publish(Message)}. */
    public ReasonCode publish(String topic, String text) {
        return publish(Message.of(topic, text));
    }

    /**
     * {@link #publish(Message)} without waiting for the outcome; the message is taken over when this returns. Only a full outbox
     * makes it wait, if {@link WhenFull} says so. Cancelling the future does not take the message back.
     *
     * @throws IllegalArgumentException when the message asks for what the version does not have
     */
    public CompletableFuture<ReasonCode> publishAsync(Message message) {
        Outgoing outgoing = new Outgoing(message, thread.nanoTime());
        boolean mayWait = !thread.isCurrent();
        try {
            if (keeper != null && message.qos() != Qos.AT_MOST_ONCE) {
                inCallback(() -> session.sender.room.enter(outgoing, mayWait));
                keep(keeper, outgoing);
            } else if (Delivery.CURRENT.get() == null) {
                session.sender.room.hand(outgoing, mayWait);
            } else {
                inCallback(() -> session.sender.room.hand(outgoing, mayWait));
            }
        } catch (MqttException.OutboxFull | MqttException.Closed full) {
            outgoing.completeExceptionally(full);
        }
        return outgoing;
    }

    /**
     * Hands a message of QoS 1 or 2 over to the outbox on disk: returns when it is safe there, whether there is a connection or
     * not. From then on it is sent until the server has acknowledged it, by this application or by the next one that opens the outbox. If
     * it cannot be delivered, {@link ConnectionListener#onUndelivered} says why.
     *
     * @throws MqttException.OutboxFailed when it could not be written
     * @throws MqttException.OutboxFull when there is no room, and {@link WhenFull} says so
     */
    public void handOver(Message message) {
        await(handOverAsync(message));
    }

    /** {@link #handOver} without waiting for the disk. */
    public CompletableFuture<Void> handOverAsync(Message message) {
        Keeper disk = keeper;
        if (disk == null || message.qos() == Qos.AT_MOST_ONCE) {
            throw new IllegalArgumentException("only messages of QoS 1 and 2 are kept, in an outbox on disk");
        }
        Outgoing outgoing = new Outgoing(message, thread.nanoTime());
        CompletableFuture<Void> safe = new CompletableFuture<>();
        boolean mayWait = !thread.isCurrent();
        try {
            inCallback(() -> session.sender.room.enter(outgoing, mayWait));
        } catch (MqttException.OutboxFull | MqttException.Closed full) {
            safe.completeExceptionally(full);
            return safe;
        }
        keep(disk, outgoing, safe);
        return safe;
    }

    private void keep(Keeper disk, Outgoing outgoing, CompletableFuture<Void> safe) {
        disk.keep(outgoing, failure -> {
            if (failure == null) {
                tellIfUndelivered(outgoing);
                session.sender.room.pass(outgoing);
                safe.complete(null);
            } else {
                session.sender.room.leave(1, outgoing.bytes());
                safe.completeExceptionally(failure);
            }
        });
    }

    private void keep(Keeper disk, Outgoing outgoing) {
        disk.keep(outgoing, failure -> {
            if (failure == null) {
                session.sender.room.pass(outgoing);
            } else {
                session.sender.room.leave(1, outgoing.bytes());
                outgoing.completeExceptionally(failure);
            }
        });
    }

    /**
     * Subscribes, and has a callback called for each message from then on. Returns when the server has agreed; it waits for a
     * connection, and is asked again on the next one, until the answer time-out. In force until {@link #unsubscribe}, also when
     * the server loses the session.
     *
     * @param filter Topic Filter, or {@code $share/ShareName/filter} to share the messages with others
     * @param qos the highest at which messages come
     * @return the granted QoS, as GRANTED_QOS_0 to GRANTED_QOS_2
     * @throws MqttException.SubscribeRefused when the server does not agree
     * @throws MqttException.TimedOut when it does not answer in time
     */
    public ReasonCode subscribe(String filter, Qos qos, Consumer<Received> callback) {
        return await(subscribeAsync(filter, qos, callback));
    }

    /** {@link #subscribe(String, Qos, Consumer)} without waiting. */
    public CompletableFuture<ReasonCode> subscribeAsync(String filter, Qos qos, Consumer<Received> callback) {
        onMessage(filter, callback);
        return subscribeAsync(filter, qos);
    }

    /** Subscribes without receiving: for a session, or for receivers registered in another way. */
    public ReasonCode subscribe(String filter, Qos qos) {
        return await(subscribeAsync(filter, qos));
    }

    /** {@link #subscribe(String, Qos)} without waiting. */
    public CompletableFuture<ReasonCode> subscribeAsync(String filter, Qos qos) {
        return subscribeAsync(List.of(new Subscribe.Entry(filter, new SubscriptionOptions(qos))), 0)
                .thenApply(List::getFirst);
    }

    /**
     * Subscribes to several filters with one packet, with all options of MQTT 5.
     *
     * @param subscriptionId Subscription Identifier that comes back in {@link Received#subscriptionIds}, 1 to 268,435,455, or 0
     * @return the granted QoS of each, in the order of {@code entries}
     */
    public List<ReasonCode> subscribe(List<Subscribe.Entry> entries, int subscriptionId) {
        return await(subscribeAsync(entries, subscriptionId));
    }

    /** {@link #subscribe(List, int)} without waiting. */
    public CompletableFuture<List<ReasonCode>> subscribeAsync(List<Subscribe.Entry> entries, int subscriptionId) {
        return subscribeAsync(entries, subscriptionId, List.of());
    }

    /** {@link #subscribe(List, int)} without waiting, with User Properties of the SUBSCRIBE packet. */
    public CompletableFuture<List<ReasonCode>> subscribeAsync(
            List<Subscribe.Entry> entries, int subscriptionId, List<UserProperty> userProperties) {
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("no Topic Filter to subscribe to"); // MQTT5-3.8.3-2
        }
        for (Subscribe.Entry entry : entries) {
            TopicFilter filter = TopicFilter.of(entry.filter());
            if (filter.isShared() && entry.options().noLocal()) { // MQTT5-3.8.3-4
                throw new IllegalArgumentException("a shared subscription cannot be No Local: " + filter);
            }
        }
        if (subscriptionId < 0 || subscriptionId > 268_435_455) {
            throw new IllegalArgumentException(
                    "the Subscription Identifier is " + subscriptionId + "; give 1 to 268435455, or 0 for none");
        }
        Ask ask = session.subscriptions.subscribe(List.copyOf(entries), subscriptionId, List.copyOf(userProperties));
        give(() -> session.subscriptions.ask(ask), ask);
        return ask.thenApply(reasons -> granted(ask, reasons));
    }

    private static List<ReasonCode> granted(Ask ask, List<ReasonCode> reasons) {
        if (reasons.stream().anyMatch(ReasonCode::isError)) {
            throw new MqttException.SubscribeRefused(ask.what, reasons, ask.reasonString);
        }
        return reasons;
    }

    /** Ends subscriptions, and their callbacks; returns when the server has agreed, see {@link #subscribe(String, Qos)}. */
    public void unsubscribe(String... filters) {
        await(unsubscribeAsync(filters));
    }

    /** {@link #unsubscribe} without waiting. */
    public CompletableFuture<Void> unsubscribeAsync(String... filters) {
        return unsubscribeAsync(List.of(filters), List.of());
    }

    /** {@link #unsubscribe} without waiting, with User Properties of the UNSUBSCRIBE packet. */
    public CompletableFuture<Void> unsubscribeAsync(List<String> filters, List<UserProperty> userProperties) {
        if (filters.isEmpty()) {
            throw new IllegalArgumentException("no Topic Filter to unsubscribe from"); // MQTT5-3.10.3-2
        }
        for (String filter : filters) {
            TopicFilter.of(filter);
        }
        Ask ask = session.subscriptions.unsubscribe(List.copyOf(filters), List.copyOf(userProperties));
        give(() -> session.subscriptions.ask(ask), ask);
        return ask.thenAccept(reasons -> {
            granted(ask, reasons);
            session.receiver.unregisterCallbacks(filters);
        });
    }

    /**
     * Has {@code callback} called for each message whose topic matches, without subscribing: for the messages of a session that is
     * resumed, give it before {@link #connect}. Ended by {@link #unsubscribe} from the same filter.
     */
    public void onMessage(String filter, Consumer<Received> callback) {
        session.receiver.register(new Delivery(
                session.receiver,
                TopicFilter.of(filter),
                callback,
                settings.callbacks(),
                settings.manualAcknowledgement(),
                Delivery.ALL));
    }

    /** Keeps the messages whose topic matches, to be fetched one by one; without subscribing. */
    public Messages messages(String filter) {
        return new Messages(session.receiver, TopicFilter.of(filter), settings);
    }

    /**
     * The messages whose topic matches, for each subscriber from its {@code subscribe} on and as many as it requests; without
     * subscribing at the server. Signals come on the callback executor, one at a time. It does not complete by itself.
     */
    public Flow.Publisher<Received> publisher(String filter) {
        return new MessagePublisher(session.receiver, TopicFilter.of(filter), settings);
    }

    /**
     * Publishes a request and waits for its response (section 4.10 of MQTT 5).
     *
     * @param patience how long
     * @throws MqttException.TimedOut when none has come
     * @throws UnsupportedOperationException in MQTT 3, which has no Response Topic
     */
    public Received request(Message request, Duration patience) {
        return await(requestAsync(request, patience));
    }

    /** {@link #request} without waiting. */
    public CompletableFuture<Received> requestAsync(Message request, Duration patience) {
        return requests.ask(request, patience);
    }

    /**
     * Answers a request at its own QoS: publishes to its Response Topic, with its Correlation Data.
     *
     * @throws IllegalArgumentException when {@code request} has no Response Topic
     */
    public CompletableFuture<ReasonCode> respond(Received request, byte[] response) {
        String topic = request.properties().responseTopic();
        if (topic == null) {
            throw new IllegalArgumentException("the message on " + request.topic() + " has no Response Topic");
        }
        return publishAsync(Message.of(topic, response)
                .withQos(request.qos())
                .withResponseTopic(null, request.properties().correlationData()));
    }

    /** Authenticates anew on the open connection (section 4.12.1 of MQTT 5); completes when the server is content. */
    public CompletableFuture<Void> reauthenticate() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        give(() -> session.reauthenticate(done), done);
        return done;
    }

    /**
     * Waits until all that was published is acknowledged.
     *
     * @return false when the time was over before
     */
    public boolean awaitAcknowledged(Duration patience) {
        if (thread.isCurrent()) {
            throw new IllegalStateException("nobody may wait on the event thread");
        }
        return session.sender.room.awaitEmpty(patience.toNanos());
    }

    /** Messages that were handed over and are not done. */
    public int outboxMessages() {
        return session.sender.room.messages();
    }

    /** Messages of QoS 0 that were dropped because a receiver waited for the server with its inbox full. */
    public long droppedMessages() {
        return session.dropped();
    }

    /** Leaves with DISCONNECT, so that no Will is published, and does not come back by itself; {@link #connect} does. */
    public void disconnect() {
        await(disconnectAsync(ReasonCode.NORMAL_DISCONNECTION, null));
    }

    /**
     * Leaves.
     *
     * @param reason such as DISCONNECT_WITH_WILL, which has the Will published; MQTT 5
     * @param sessionExpiry in place of that of CONNECT, which must not have been zero then; null to leave it. MQTT 5
     */
    public CompletableFuture<Void> disconnectAsync(ReasonCode reason, @Nullable Duration sessionExpiry) {
        return disconnectAsync(reason, sessionExpiry, List.of());
    }

    /** {@link #disconnectAsync(ReasonCode, Duration)} with User Properties of the DISCONNECT packet. */
    public CompletableFuture<Void> disconnectAsync(
            ReasonCode reason, @Nullable Duration sessionExpiry, List<UserProperty> userProperties) {
        if (sessionExpiry != null && !sessionExpiry.isZero() && settings.sessionExpirySeconds() == 0) {
            throw new IllegalArgumentException("a session without expiry cannot be given one at its end"); // U5-17
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        long seconds = sessionExpiry == null ? Disconnect.ABSENT : sessionExpiry.toSeconds();
        Disconnect goodbye = new Disconnect(reason, seconds, null, null, List.copyOf(userProperties));
        give(() -> session.disconnect(goodbye, done), done);
        return done;
    }

    /**
     * Disconnects, fails all that waits, and waits at most two seconds for it. No callback begins after it; messages that were not
     * acknowledged come again when the session is resumed. Messages in an outbox on disk stay there. Must not be called on the event
     * thread. Idempotent.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<Void> end = end();
        try {
            end.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof MqttException cause ? cause : e;
        } finally {
            network.release();
        }
    }

    /** Disconnects, but waits no longer than for its grace; then lets all that waits fail, and gives the disk back. */
    CompletableFuture<Void> end() {
        CompletableFuture<Void> left = new CompletableFuture<>();
        thread.execute(() -> session.disconnect(Disconnect.NORMAL, left));
        Future<?> late =
                thread.schedule(() -> left.complete(null), GRACE.toNanos()); // its thread goes on to close the socket
        return left.thenRun(() -> late.cancel(false))
                .thenCompose(gone -> onThread(session::close))
                .thenCompose(gone -> keeper == null ? CompletableFuture.completedFuture(null) : keeper.close())
                .thenCompose(gone -> onThread(() -> {})); // whom the disk has told has been told
    }

    /** Has the event thread do it; a client that is closed has none. */
    private void give(Runnable task, CompletableFuture<?> outcome) {
        try {
            if (!closed.get()) {
                thread.execute(task);
                return;
            }
        } catch (RejectedExecutionException e) { // it was closed meanwhile, the last of this JVM
        }
        outcome.completeExceptionally(new MqttException.Closed("the client is closed"));
    }

    private CompletableFuture<Void> onThread(Runnable task) {
        return CompletableFuture.runAsync(task, thread::execute);
    }

    /** A call that may wait: while it does, and it is in a callback of this client, the socket is read in any case. */
    private <T> T await(CompletableFuture<T> future) {
        if (thread.isCurrent() && !future.isDone()) {
            throw new IllegalStateException("nobody may wait on the event thread; use the call that ends in Async");
        }
        List<T> result = new ArrayList<>(1);
        inCallback(() -> result.add(get(future)));
        return result.getFirst();
    }

    private void inCallback(Runnable wait) {
        Delivery current = Delivery.CURRENT.get();
        if (current == null || current.receiver != session.receiver) {
            wait.run();
            return;
        }
        session.receiver.waits(1);
        try {
            wait.run();
        } finally {
            session.receiver.waits(-1);
        }
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttException.Closed("interrupted while waiting; what was asked for goes on");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
