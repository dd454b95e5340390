package io.chasqui.client;

import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Network;
import io.chasqui.client.transport.Wire;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.ReasonCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What outlives the connections of one client: its messages, its subscriptions, and the will to come back. Confined to the
 * event thread, but for {@link #tell} and the counter.
 */
final class ClientSession {
    /** Between connections and in them. */
    private enum State {
        /** Nothing goes on. */
        IDLE,
        /** A connection is being opened. */
        CONNECTING,
        CONNECTED,
        /** For the next attempt. */
        PAUSING,
        CLOSED
    }

    final Settings settings;
    final Network network;
    final EventThread thread;
    final Sender sender;
    final Receiver receiver;
    final Subscriptions subscriptions;
    private final Told told;
    private final AtomicLong dropped = new AtomicLong();

    private State state = State.IDLE;
    private boolean returning; // comes back by itself
    private boolean cameBefore; // a connection has been made in this life: then the session is to be resumed
    private boolean inherited; // an earlier life of the application began the session
    private String clientId;
    private int attempt; // in a row, since the last success
    private @Nullable Link link; // that is open or being opened
    private @Nullable Wire wire; // when CONNECTED
    private @Nullable Future<?> nextAttempt;
    private CompletableFuture<ConnAck> connecting = new CompletableFuture<>();
    private @Nullable CompletableFuture<Void> disconnecting;
    private List<Runnable> afterwards = new ArrayList<>(); // what was asked for while the connection was being left

    ClientSession(Settings settings, Network network, EventThread thread, @Nullable Keeper keeper) {
        this.settings = settings;
        this.network = network;
        this.thread = thread;
        this.clientId = settings.clientId();
        PacketIds ids = new PacketIds();
        this.sender = new Sender(settings, thread, ids, keeper);
        this.receiver = new Receiver(settings, thread, this);
        this.subscriptions = new Subscriptions(settings, thread, this, ids);
        this.told = new Told(settings.callbacks(), settings.listener());
    }

    /** Whether an earlier life of the application began the session: it may have left there what we do not know of. */
    boolean isInherited() {
        return inherited;
    }

    /** The connection, when there is one. */
    @Nullable
    Wire wire() {
        return wire;
    }

    /** One attempt, now; its outcome is in the future. Comes back by itself after it has succeeded. */
    void connect(CompletableFuture<ConnAck> outcome) {
        if (isLeaving(() -> connect(outcome))) {
            return;
        }
        switch (state) {
            case CLOSED -> outcome.completeExceptionally(new MqttException.Closed("the client is closed"));
            case CONNECTED -> outcome.complete(currentConnAck());
            case CONNECTING -> forward(outcome);
            case IDLE, PAUSING -> {
                connecting = new CompletableFuture<>();
                forward(outcome);
                dial();
            }
        }
    }

    private ConnAck currentConnAck() {
        ConnAck ack = link == null ? null : link.connAck();
        if (ack == null) {
            throw new IllegalStateException("connected without CONNACK");
        }
        return ack;
    }

    private void forward(CompletableFuture<ConnAck> outcome) {
        connecting.whenComplete((ack, failure) -> {
            if (failure == null) {
                outcome.complete(ack);
            } else {
                outcome.completeExceptionally(failure);
            }
        });
    }

    /** Attempts again and again until one succeeds. */
    void start() {
        if (isLeaving(this::start)) {
            return;
        }
        returning = !settings.reconnect().isNever();
        if (state == State.IDLE) {
            connecting = new CompletableFuture<>();
            dial();
        }
    }

    private void dial() {
        cancelNextAttempt();
        state = State.CONNECTING;
        link = new Link(settings, thread, this, connectPacket());
        network.dial(thread, settings.endpoint(), settings.version(), settings.maximumPacketBytes(), link);
    }

    @SuppressWarnings("NullAway") // it does not see that an array in a record of another module may be null
    private Connect connectPacket() {
        EnhancedAuthentication authentication = settings.authentication();
        boolean resume = !settings.cleanStart() || cameBefore && settings.isV5() && settings.sessionExpirySeconds() > 0;
        return new Connect(
                settings.version(),
                false,
                !resume,
                settings.keepAliveSeconds(),
                clientId,
                settings.will(),
                settings.userName(),
                settings.password(),
                settings.sessionExpirySeconds(),
                settings.receiveMaximum(),
                settings.maximumPacketBytes(),
                settings.topicAliasMaximum(),
                settings.isV5() && settings.requestResponseInformation(),
                settings.requestProblemInformation(),
                authentication == null ? null : authentication.method(),
                authentication == null ? null : authentication.begin(),
                settings.userProperties());
    }

    /** CONNACK has let us in. */
    void onConnected(Link from, Wire newWire, ConnAck ack) {
        if (from != link || state != State.CONNECTING) {
            return;
        }
        state = State.CONNECTED;
        wire = newWire;
        attempt = 0;
        returning = !settings.reconnect().isNever();
        String assigned = ack.properties().assignedClientId();
        if (assigned != null) {
            clientId = assigned;
        }
        inherited = ack.sessionPresent() && (inherited || !cameBefore);
        receiver.onConnected(newWire, ack.sessionPresent());
        subscriptions.onConnected(ack.sessionPresent());
        sender.onConnected(newWire, ack.sessionPresent(), inherited, ack.properties());
        cameBefore = true;
        connecting.complete(ack);
        tell(listener -> listener.onConnected(ack));
    }

    void onClosed(Link from, MqttException why) {
        if (from != link) {
            return;
        }
        boolean was = state == State.CONNECTED;
        link = null;
        wire = null;
        if (was) {
            receiver.onDisconnected();
            sender.onDisconnected();
        }
        if (state == State.CLOSED || disconnecting != null) {
            state = state == State.CLOSED ? State.CLOSED : State.IDLE;
            connecting.completeExceptionally(new MqttException.Closed("disconnected"));
            left();
            return;
        }
        boolean again = returning && mayHelp(why);
        state = again ? State.PAUSING : State.IDLE;
        Duration delay = null;
        if (again) {
            long nanos = settings.reconnect().delayNanos(++attempt, thread.random());
            delay = Duration.ofNanos(nanos);
            nextAttempt = thread.schedule(this::tryAgain, nanos);
        }
        connecting.completeExceptionally(why);
        Duration next = delay;
        tell(listener -> listener.onDisconnected(why, next));
    }

    private void tryAgain() {
        if (state == State.PAUSING) {
            connecting = new CompletableFuture<>();
            dial();
        }
    }

    /** Whether another attempt may do better. One who took our session over would only be thrown out by us, and so on. */
    private static boolean mayHelp(MqttException why) {
        return switch (why) {
            case MqttException.ConnectRefused refused -> !refused.isPermanent();
            case MqttException.ConnectionLost lost ->
                lost.reason() != ReasonCode.SESSION_TAKEN_OVER
                        && lost.reason() != ReasonCode.SERVER_MOVED
                        && lost.reason() != ReasonCode.USE_ANOTHER_SERVER;
            default -> true;
        };
    }

    /** Leaves in order, and does not come back by itself. */
    void disconnect(Disconnect goodbye, CompletableFuture<Void> done) {
        returning = false;
        cancelNextAttempt();
        Link open = link;
        if (open == null) {
            state = state == State.CLOSED ? State.CLOSED : State.IDLE;
            done.complete(null);
            return;
        }
        if (isLeaving(() -> disconnect(goodbye, done))) {
            return;
        }
        disconnecting = done;
        open.disconnect(goodbye);
    }

    /** Whether the connection is being left; then {@code what} is done afterwards. */
    private boolean isLeaving(Runnable what) {
        if (disconnecting == null) {
            return false;
        }
        afterwards.add(what);
        return true;
    }

    /** The connection has been left, if it was; in order, what was asked for since. */
    private void left() {
        CompletableFuture<Void> done = disconnecting;
        List<Runnable> next = afterwards;
        disconnecting = null;
        afterwards = new ArrayList<>();
        if (done != null) {
            done.complete(null);
        }
        next.forEach(Runnable::run);
    }

    void reauthenticate(CompletableFuture<Void> done) {
        Link open = link;
        if (open == null || state != State.CONNECTED) {
            done.completeExceptionally(new MqttException.ConnectionLost("there is no connection", null, null));
        } else {
            open.reauthenticate(done);
        }
    }

    /** After {@link #disconnect}: everything that waits fails. */
    void close() {
        state = State.CLOSED;
        cancelNextAttempt();
        left();
        receiver.close();
        sender.close();
        subscriptions.close();
    }

    private void cancelNextAttempt() {
        if (nextAttempt != null) {
            nextAttempt.cancel(false);
            nextAttempt = null;
        }
    }

    /** Lets the listener know; any thread. */
    void tell(Consumer<ConnectionListener> what) {
        told.tell(what);
    }

    /** One message of QoS 0 less. */
    void countDropped() {
        dropped.incrementAndGet();
    }

    long dropped() {
        return dropped.get();
    }

    /** The listener hears one thing at a time, in order. */
    private static final class Told {
        private static final int MAX = 10_000; // a listener that blocks for ever hears no more

        private final Executor executor;
        private final @Nullable ConnectionListener listener;
        private final ArrayDeque<Consumer<ConnectionListener>> waiting = new ArrayDeque<>(); // its own lock
        private boolean running;

        Told(Executor executor, @Nullable ConnectionListener listener) {
            this.executor = executor;
            this.listener = listener;
        }

        void tell(Consumer<ConnectionListener> what) {
            if (listener == null) {
                return;
            }
            synchronized (waiting) {
                if (waiting.size() < MAX) {
                    waiting.add(what);
                }
                if (running) {
                    return;
                }
                running = true;
            }
            try {
                executor.execute(this::run);
            } catch (RejectedExecutionException e) { // the application has shut its executor down
                synchronized (waiting) {
                    running = false;
                }
            }
        }

        private void run() {
            ConnectionListener to = listener;
            while (to != null) {
                Consumer<ConnectionListener> what;
                synchronized (waiting) {
                    what = waiting.poll();
                    running = what != null;
                }
                if (what == null) {
                    return;
                }
                try {
                    what.accept(to);
                } catch (RuntimeException e) { // its own affair, and that of its thread's handler
                    Thread thread = Thread.currentThread();
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                }
            }
        }
    }
}
