package io.chasqui.broker.simulation;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one client does in a run with crashes: as {@link Habits}, with sessions that mostly outlive their connections, and each kind of
 * message on topics of its own, so that {@link Promises} can tell from outside what was promised.
 */
final class CrashHabits {
    private static final List<TopicName> TOPICS = List.of(TopicName.of("a"), TopicName.of("a/b"), TopicName.of("b"));
    private static final List<TopicName> RETAINED = List.of(TopicName.of("r/x"), TopicName.of("r/y"));
    private static final List<TopicName> SHARED = List.of(TopicName.of("s/x"), TopicName.of("s/y"));
    static final TopicName WILLS = TopicName.of("w");
    private static final List<String> FILTERS =
            List.of("a", "a", "a/#", "a/+", "+/b", "b", "w", "w", "r/#", "r/x", "$share/g/s/#", "$share/g/s/#");

    private final Device device;
    private final World world;
    private final Scheduler scheduler;
    private int left; // actions

    // What the client knows of its session.
    private @Nullable Dial lastAnswered;
    private long answeredUntil; // when that connection was last seen open
    private long expirySeconds; // of the session then

    /** A broker that may be there or not. */
    interface World {
        boolean isUp();

        Dial dial(Device device, Connect connect);

        int nextMessage();
    }

    CrashHabits(Device device, World world, Scheduler scheduler, int actions) {
        this.device = device;
        this.world = world;
        this.scheduler = scheduler;
        this.left = actions;
    }

    boolean isDone() {
        return left <= 0;
    }

    /** @param chaos percent of unfriendly actions */
    void begin(int chaos) {
        long pause = scheduler.any(1, 20, 20, 300, 300, 3_000, 30_000) * Scheduler.MILLI;
        scheduler.after(scheduler.upTo(pause), () -> {
            look();
            if (left-- > 0) {
                act(chaos);
                begin(chaos);
            }
        });
    }

    /** Looks whether the connection is open. */
    private void look() {
        Dial dial = device.open();
        if (dial != null) {
            if (dial != lastAnswered) {
                lastAnswered = dial;
                expirySeconds = dial.connect.sessionExpirySeconds();
            }
            answeredUntil = scheduler.now();
        }
    }

    private void act(int chaos) {
        Dial dial = device.open();
        if (scheduler.random().nextInt(100) < chaos) {
            misbehave();
        } else if (dial == null) {
            if (!device.isDialing()) {
                connect();
            }
        } else if (scheduler.oneIn(5)) {
            subscribe(dial);
        } else if (scheduler.oneIn(14)) {
            unsubscribe(dial);
        } else if (scheduler.oneIn(14)) {
            disconnect(dial);
        } else {
            for (int i = scheduler.any(1, 1, 3, 10); i > 0; i--) {
                publish(dial);
            }
        }
    }

    private void misbehave() {
        Dial dial = device.current();
        if (dial == null || scheduler.oneIn(3)) {
            connect();
        } else if (scheduler.oneIn(3)) {
            dial.line().stopReading(true);
            scheduler.after(
                    scheduler.upTo(20 * Scheduler.SECOND), () -> dial.line().stopReading(false));
        } else {
            boolean hears = scheduler.oneIn(2);
            dial.line().cut(hears);
            dial.over |= !hears;
        }
    }

    private void connect() {
        if (!world.isUp() || !device.mayDial()) {
            return;
        }
        boolean clean = device.mustClean() || scheduler.oneIn(12);
        boolean v5 = scheduler.random().nextInt(3) > 0;
        long expiry = scheduler.any(0L, 30L, 300L, 300L, Connect.NEVER_EXPIRES, Connect.NEVER_EXPIRES);
        dial(new Connect(
                v5 ? MqttVersion.V5 : MqttVersion.V3_1_1,
                false,
                clean,
                0,
                device.clientId,
                scheduler.oneIn(3) ? will(v5) : null,
                null,
                null,
                v5 ? expiry : clean ? 0 : Connect.NEVER_EXPIRES,
                v5 ? scheduler.any(1, 2, 5, 65_535) : 65_535,
                Connect.NO_LIMIT,
                v5 ? scheduler.any(0, 1, 5) : 0,
                false,
                scheduler.oneIn(2) || !v5,
                null,
                null,
                List.of()));
    }

    /** A connection that takes all that is owed; or the last one, with which the session ends. */
    void connectToSettle(boolean last) {
        if (!world.isUp() || !device.mayDial()) {
            return;
        }
        dial(new Connect(
                MqttVersion.V5,
                false,
                last || device.mustClean(),
                0,
                device.clientId,
                null,
                null,
                null,
                last ? 0 : Connect.NEVER_EXPIRES,
                100,
                Connect.NO_LIMIT,
                0,
                false,
                true,
                null,
                null,
                List.of()));
    }

    private void dial(Connect connect) {
        look();
        Dial before = device.current();
        boolean sure = lastAnswered != null
                && expirySeconds > 0
                && connect.sessionExpirySeconds() > 0
                && (expirySeconds == Connect.NEVER_EXPIRES
                        || scheduler.now() - answeredUntil < expirySeconds * Scheduler.SECOND / 2);
        world.dial(device, connect);
        if (sure) {
            expirySeconds = Math.min(expirySeconds, connect.sessionExpirySeconds());
        } else {
            device.insist();
            lastAnswered = null;
        }
        if (before != null) {
            scheduler.after(
                    scheduler.upTo(30 * Scheduler.SECOND), () -> before.line().cut(false));
        }
    }

    private Will will(boolean v5) {
        return new Will(
                scheduler.any(Qos.values()),
                false,
                WILLS,
                PublishProperties.NONE,
                v5 ? scheduler.any(0L, 0L, 3L, 20L, 100L) : 0,
                Publish.ABSENT,
                payload("w", 0));
    }

    private byte[] payload(String kind, int padding) {
        String name = kind + world.nextMessage();
        return (name + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
    }

    private void publish(Dial dial) {
        if (device.isBusy(dial)) {
            return;
        }
        boolean retain = scheduler.oneIn(6);
        byte[] payload = retain && scheduler.oneIn(4)
                ? new byte[0]
                : payload("m", scheduler.oneIn(3) ? scheduler.random().nextInt(200) : 0);
        long expiry =
                dial.isV5() && !retain && scheduler.oneIn(5) ? scheduler.any(5L, 100L, 1_000_000L) : Publish.ABSENT;
        List<TopicName> topics = retain ? RETAINED : scheduler.oneIn(6) ? SHARED : TOPICS;
        device.publish(
                dial,
                scheduler.any(
                        Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE, Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE, Qos.EXACTLY_ONCE),
                retain,
                scheduler.any(topics),
                expiry,
                payload);
    }

    private void subscribe(Dial dial) {
        if (device.isBusy(dial)) {
            return;
        }
        List<Subscribe.Entry> entries = new ArrayList<>();
        for (int i = scheduler.any(1, 1, 2); i > 0; i--) {
            entries.add(new Subscribe.Entry(
                    scheduler.any(FILTERS),
                    new SubscriptionOptions(
                            scheduler.any(Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE, Qos.EXACTLY_ONCE),
                            false,
                            dial.isV5() && scheduler.oneIn(4),
                            RetainHandling.SEND)));
        }
        int id = dial.isV5() && scheduler.oneIn(2) ? scheduler.random().nextInt(1, 5) : 0;
        device.subscribe(dial, id, entries);
    }

    private void unsubscribe(Dial dial) {
        if (!device.isBusy(dial)) {
            device.unsubscribe(dial, List.of(scheduler.any(FILTERS)));
        }
    }

    private void disconnect(Dial dial) {
        if (dial.isV5()) {
            long expiry = dial.connect.sessionExpirySeconds() > 0 && scheduler.oneIn(4)
                    ? scheduler.any(0L, 20L, 300L)
                    : Disconnect.ABSENT;
            ReasonCode reason = scheduler.any(ReasonCode.NORMAL_DISCONNECTION, ReasonCode.DISCONNECT_WITH_WILL);
            dial.send(new Disconnect(reason, expiry, null, null, List.of()));
            expirySeconds = expiry == Disconnect.ABSENT ? expirySeconds : Math.min(expiry, expirySeconds);
        } else {
            dial.send(Disconnect.NORMAL);
        }
        Habits.leave(dial);
    }
}
