package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Exchange;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.config.SecuritySettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the chain: who tries passwords is slowed, then banned for a while, by address, and by user name whatever the
 * address. Who connects too often from one address is refused. This machine's own clients are never banned or limited, so
 * that nobody can lock out its administrator. Any thread; tables of a fixed size, in which the oldest make room.
 */
final class Guard implements Authenticator {
    static final int MOST = 100_000; // addresses, and as many users
    static final int PATIENCE = 3; // failures that cost no time
    static final int MOST_WAITING = 10_000; // clients that are being slowed

    /** From this many times the failures of one address a user name is banned, since addresses are easily come by. */
    static final int USER_FACTOR = 10;

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final Verdict BANNED = Verdict.refused(ReasonCode.BANNED, null);
    private static final Verdict TOO_MANY = Verdict.refused(ReasonCode.CONNECTION_RATE_EXCEEDED, null);
    private static final long LONGEST_DELAY_MILLIS = 5_000;
    private static final int BURST = 10; // seconds' worth of connections

    /** What is known of an address or a user. Guarded by the Guard. */
    private static final class Tally {
        int failures;
        long firstFailureNanos;
        long bannedUntilNanos;
        boolean banned;
        double tokens;
        long filledNanos;
        boolean filled;
    }

    private final Authenticator behind;
    private final SecuritySettings.Guard settings;
    private final LongSupplier nanoTime;
    private final Map<String, Tally> addresses = table();
    private final Map<String, Tally> users = table();
    private final AtomicInteger waiting = new AtomicInteger();

    Guard(Authenticator behind, SecuritySettings.Guard settings, LongSupplier nanoTime) {
        this.behind = behind;
        this.settings = settings;
        this.nanoTime = nanoTime;
    }

    private static Map<String, Tally> table() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Tally> eldest) {
                return size() > MOST;
            }
        };
    }

    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
        if (client.isLocal()) {
            return behind.authenticate(client, password);
        }
        Verdict obstacle = obstacle(client, true);
        if (obstacle != null) {
            return CompletableFuture.completedFuture(obstacle);
        }
        long delay = delayMillis(client);
        if (delay == 0) {
            return behind.authenticate(client, password).thenApply(verdict -> watched(client, verdict));
        }
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.completedFuture(Workers.BUSY);
        }
        return CompletableFuture.runAsync(
                        waiting::decrementAndGet, CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS))
                .thenCompose(_ -> behind.authenticate(client, password))
                .thenApply(verdict -> watched(client, verdict));
    }

    /** At re-authentication the connection is there already, and is not counted. */
    @Override
    public @Nullable Exchange exchange(ClientInfo client, String method) {
        Exchange exchange = behind.exchange(client, method);
        if (exchange == null || client.isLocal()) {
            return exchange;
        }
        Verdict obstacle = obstacle(client, client.identity().user() == null);
        if (obstacle != null) {
            return _ -> CompletableFuture.completedFuture(new Exchange.Done(obstacle, null));
        }
        return data -> exchange.respond(data).thenApply(step -> {
            if (step instanceof Exchange.Done done) {
                watched(client, done.verdict());
            }
            return step;
        });
    }

    private synchronized @Nullable Verdict obstacle(ClientInfo client, boolean connects) {
        long now = nanoTime.getAsLong();
        Tally address = addresses.get(client.address());
        Tally user = client.userName() == null ? null : users.get(client.userName());
        if (isBanned(address, now) || isBanned(user, now)) {
            return BANNED;
        }
        return connects && settings.connectionsPerSecond() > 0 && !takeToken(client.address(), now) ? TOO_MANY : null;
    }

    private static boolean isBanned(@Nullable Tally record, long now) {
        if (record != null && record.banned && now - record.bannedUntilNanos >= 0) {
            record.banned = false;
            record.failures = 0;
        }
        return record != null && record.banned;
    }

    private boolean takeToken(String address, long now) {
        Tally record = addresses.computeIfAbsent(address, _ -> new Tally());
        double most = (double) settings.connectionsPerSecond() * BURST;
        double gained = (now - record.filledNanos) * 1e-9 * settings.connectionsPerSecond();
        record.tokens = record.filled ? Math.min(most, record.tokens + gained) : most;
        record.filled = true;
        record.filledNanos = now;
        if (record.tokens < 1) {
            return false;
        }
        record.tokens--;
        return true;
    }

    /** A quarter of a second after the third failure, and twice as long after each further one. */
    private synchronized long delayMillis(ClientInfo client) {
        Tally address = addresses.get(client.address());
        int failures = address == null || isOld(address, nanoTime.getAsLong()) ? 0 : address.failures;
        if (settings.failures() == 0 || failures < PATIENCE) {
            return 0;
        }
        return Math.min(LONGEST_DELAY_MILLIS, 250L << Math.min(failures - PATIENCE, 10));
    }

    private boolean isOld(Tally record, long now) {
        return now - record.firstFailureNanos > settings.window().toNanos();
    }

    private Verdict watched(ClientInfo client, Verdict verdict) {
        boolean failure = verdict instanceof Refused refused
                && (refused.reason() == ReasonCode.BAD_USER_NAME_OR_PASSWORD
                        || refused.reason() == ReasonCode.NOT_AUTHORIZED);
        if (failure && settings.failures() > 0) {
            if (fail(addresses, client.address(), settings.failures())) {
                LOG.warn(
                        "{} is banned for {} s",
                        client.address(),
                        settings.ban().toSeconds());
            }
            String user = client.userName();
            if (user != null && fail(users, user, settings.failures() * USER_FACTOR)) {
                LOG.warn(
                        "user {} is banned for {} s",
                        Text.printable(user),
                        settings.ban().toSeconds());
            }
        }
        return verdict;
    }

    /** @return whether this leads to a ban */
    private synchronized boolean fail(Map<String, Tally> table, String key, int most) {
        long now = nanoTime.getAsLong();
        Tally record = table.computeIfAbsent(key, _ -> new Tally());
        if (record.failures == 0 || isOld(record, now)) {
            record.failures = 0;
            record.firstFailureNanos = now;
        }
        record.failures++;
        if (record.failures < most || record.banned) {
            return false;
        }
        record.banned = true;
        record.bannedUntilNanos = now + settings.ban().toNanos();
        return true;
    }

    synchronized int size() {
        return addresses.size() + users.size();
    }
}
