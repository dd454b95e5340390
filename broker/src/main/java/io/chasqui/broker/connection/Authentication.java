package io.chasqui.broker.connection;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Next;
import io.chasqui.broker.auth.Authenticator.Refused;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Exchange;
import io.chasqui.broker.auth.Identity;
import io.chasqui.broker.loop.Timer;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.Auth;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.ReasonCode;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who one client is: found out at CONNECT, by AUTH packets where it wants that (section 4.12), again when it authenticates
 * anew, and no longer true when its credentials have expired. Confined to the home loop of the connection.
 */
final class Authentication {
    private static final long MILLIS = 1_000_000L;

    /** For all of an authentication, the client's answers included. */
    static final long MOST_NANOS = 30_000 * MILLIS;

    private final Connection connection;
    private final Core core;
    private final @Nullable String method; // null for user name and password
    private @Nullable ClientInfo client; // who the last success has found; before that, who is asked for
    private @Nullable Exchange exchange; // under way
    private boolean asked; // an answer is awaited from the authenticator, none from the client
    private boolean done; // at least once
    private @Nullable Connect connect; // until it is known who that is
    private @Nullable Predicate<ClientInfo> doubted; // clients that were disconnected since the authenticator was asked
    private @Nullable Deadline deadline; // where it does not end at once
    private @Nullable Expiry expiry; // of credentials that expire

    /** @param method Authentication Method of CONNECT */
    Authentication(Connection connection, Core core, @Nullable String method) {
        this.connection = connection;
        this.core = core;
        this.method = method;
    }

    /** Ends an authentication that takes too long. */
    private final class Deadline extends Timer {
        Deadline() {
            core.loop().timers().set(this, MOST_NANOS);
        }

        @Override
        protected void onTime() {
            fail(ReasonCode.SERVER_UNAVAILABLE, "authentication takes too long");
        }
    }

    private final class Expiry extends Timer {
        @Override
        protected void onTime() {
            watchExpiry();
        }
    }

    /** Asks who {@code who} is; {@link Connection#onAuthenticated} or {@link Connection#refuse} follows. */
    void begin(ClientInfo who, Connect connect) {
        client = who;
        if (method == null) {
            askForPassword(connect);
        } else {
            beginExchange(method, connect.authenticationData());
        }
    }

    private void askForPassword(Connect asked) {
        connect = asked;
        doubted = null;
        ask(() -> connection.security().authenticator().authenticate(client(), asked.password()), this::onVerdict);
    }

    /**
     * Such clients are disconnected now. One that is being let in meanwhile may be so on the grounds of before, such as a password
     * that has been changed since, and must not slip through.
     */
    void doubt(Predicate<ClientInfo> whom) {
        doubted = doubted == null ? whom : doubted.or(whom);
    }

    private void beginExchange(String method, byte @Nullable [] data) {
        deadline = new Deadline();
        Exchange offered;
        try {
            offered = connection.security().authenticator().exchange(client(), method);
        } catch (RuntimeException e) { // not our code: refused like after any other failure of it
            core.counters().faults++;
            fail(ReasonCode.SERVER_UNAVAILABLE, "authentication is not available");
            return;
        }
        if (offered == null) { // MQTT5-4.12.0-1
            fail(ReasonCode.BAD_AUTHENTICATION_METHOD, "that Authentication Method is not offered");
            return;
        }
        exchange = offered;
        ask(() -> offered.respond(data), this::onStep);
    }

    /** Waits for an answer without blocking; nothing is read meanwhile. Who fails to answer lets nobody in. */
    private <T> void ask(Supplier<CompletionStage<T>> question, Consumer<T> answer) {
        CompletableFuture<T> future;
        try {
            future = question.get().toCompletableFuture();
        } catch (RuntimeException e) { // not our code
            core.counters().faults++;
            future = CompletableFuture.failedFuture(e);
        }
        if (future.isDone()) {
            answered(future.state() == Future.State.SUCCESS ? future.resultNow() : null, answer);
            return;
        }
        asked = true;
        if (deadline == null) {
            deadline = new Deadline();
        }
        connection.pause();
        future.whenComplete((result, failure) -> core.loop().execute(() -> {
            if (!connection.isClosed()) {
                asked = false;
                answered(failure == null ? result : null, answer);
                connection.resume();
            }
        }));
    }

    private <T> void answered(@Nullable T result, Consumer<T> answer) {
        if (result == null) {
            fail(ReasonCode.SERVER_UNAVAILABLE, "authentication is not available");
        } else {
            answer.accept(result);
        }
    }

    /** AUTH, before CONNACK or after it. */
    void onAuth(Auth auth) throws ProtocolException {
        if (method == null) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR, "MQTT5-4.12.0-7", "AUTH without an Authentication Method in CONNECT");
        }
        if (!method.equals(auth.method())) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR,
                    done ? "MQTT5-4.12.1-1" : "MQTT5-4.12.0-5",
                    "AUTH with another Authentication Method than CONNECT");
        }
        Exchange current = exchange;
        if (auth.reason() == ReasonCode.RE_AUTHENTICATE && done && current == null) {
            beginExchange(method, auth.data());
        } else if (auth.reason() == ReasonCode.CONTINUE_AUTHENTICATION && current != null && !asked) {
            ask(() -> current.respond(auth.data()), this::onStep);
        } else {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR, "MQTT5-4.12.0-3", "AUTH " + auth.reason() + " at the wrong time");
        }
    }

    private void onStep(Exchange.Step step) {
        switch (step) {
            case Exchange.Challenge challenge ->
                connection.acknowledge(
                        new Auth( // MQTT5-4.12.0-2
                                ReasonCode.CONTINUE_AUTHENTICATION, method, challenge.data(), AckProperties.NONE));
            case Exchange.Done end -> onVerdict(end.verdict(), end.data());
        }
    }

    private void onVerdict(Verdict verdict) {
        onVerdict(verdict, null);
    }

    private void onVerdict(Verdict verdict, byte @Nullable [] data) {
        switch (verdict) {
            case Refused refused -> fail(refused.reason(), refused.detail());
            case Next _ -> fail(ReasonCode.NOT_AUTHORIZED, null);
            case Accepted accepted when !done -> accept(accepted.identity(), data);
            case Accepted accepted -> acceptAgain(accepted.identity(), data);
        }
    }

    private void accept(Identity identity, byte @Nullable [] data) {
        if (doubted != null && doubted.test(client().as(identity))) {
            if (connect != null) {
                askForPassword(connect);
            } else {
                fail(ReasonCode.NOT_AUTHORIZED, "what is known of this user has changed meanwhile");
            }
            return;
        }
        settle(identity);
        done = true;
        connection.onAuthenticated(client(), data);
        if (!connection.isClosed()) {
            watchExpiry();
        }
    }

    /** The session and what the client has subscribed to stay: so it has to be the same user. */
    private void acceptAgain(Identity identity, byte @Nullable [] data) {
        if (!Objects.equals(identity.user(), client().identity().user())) {
            fail(ReasonCode.NOT_AUTHORIZED, "another user than at CONNECT");
            return;
        }
        settle(identity);
        connection.onReauthenticated(client());
        connection.acknowledge(new Auth(ReasonCode.SUCCESS, method, data, AckProperties.expiresIn(secondsLeft())));
        watchExpiry();
    }

    private void settle(Identity identity) {
        cancelDeadline();
        exchange = null;
        connect = null;
        doubted = null;
        client = client().as(identity);
    }

    /** MQTT5-4.12.0-4 and MQTT5-4.12.1-2. */
    private void fail(ReasonCode reason, @Nullable String detail) {
        connection.security().audit().record(new Audit.Refused(client(), reason, detail));
        if (done) {
            connection.end(reason, detail);
        } else {
            connection.refuse(reason, detail);
        }
    }

    /** Ends the connection when the credentials have expired. The wall clock may have been set meanwhile. */
    private void watchExpiry() {
        cancelExpiry();
        long expiresAt = client().identity().expiresAtMillis();
        if (expiresAt == Identity.NEVER) {
            return;
        }
        long left = expiresAt - core.loop().wallMillis();
        if (left <= 0) {
            connection.end(ReasonCode.MAXIMUM_CONNECT_TIME, "the credentials have expired");
        } else {
            expiry = new Expiry();
            core.loop().timers().set(expiry, Math.min(left, Integer.MAX_VALUE) * MILLIS);
        }
    }

    /** Seconds until the credentials expire, or -1 if they do not. */
    long secondsLeft() {
        long expiresAt = client().identity().expiresAtMillis();
        return expiresAt == Identity.NEVER
                ? -1
                : Math.max(0, expiresAt - core.loop().wallMillis()) / 1_000;
    }

    void close() {
        cancelDeadline();
        cancelExpiry();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            core.loop().timers().cancel(deadline);
            deadline = null;
        }
    }

    private void cancelExpiry() {
        if (expiry != null) {
            core.loop().timers().cancel(expiry);
            expiry = null;
        }
    }

    ClientInfo client() {
        if (client == null) {
            throw new IllegalStateException("not greeted");
        }
        return client;
    }

    boolean isGreeted() {
        return client != null;
    }
}
