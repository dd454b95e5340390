package io.chasqui.broker.simulation;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PingReq;
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
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one client does of its own accord, at random: connects, subscribes, publishes, vanishes, comes back. */
final class Habits {
    private static final List<TopicName> TOPICS = topics("a", "a", "a/b", "a/b/c", "b", "c/b", "no/a");
    private static final List<String> FILTERS =
            List.of("a", "a", "a/#", "a/+", "#", "+/b", "b", "$share/g/a/#", "$share/g/#", "$share/g/b", "$share/h/b");

    private final Device device;
    private final World world;
    private final Scheduler scheduler;
    private int left; // actions

    /** Makes connections, and gives every message a name of its own. */
    interface World {
        Dial dial(Device device, Connect connect);

        int nextMessage();
    }

    Habits(Device device, World world, Scheduler scheduler, int actions) {
        this.device = device;
        this.world = world;
        this.scheduler = scheduler;
        this.left = actions;
    }

    private static List<TopicName> topics(String... names) {
        return Arrays.stream(names).map(TopicName::of).toList();
    }

    boolean isDone() {
        return left <= 0;
    }

    /** @param chaos percent of unfriendly actions */
    void begin(int chaos) {
        scheduler.after(scheduler.upTo(scheduler.any(1, 20, 20, 300, 300, 3_000, 40_000) * Scheduler.MILLI), () -> {
            if (left-- > 0) {
                act(chaos);
                begin(chaos);
            }
        });
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
            stall(dial);
        } else {
            boolean hears = scheduler.oneIn(2);
            dial.line().cut(hears);
            dial.over |= !hears;
        }
    }

    private void stall(Dial dial) {
        dial.line().stopReading(true);
        scheduler.after(scheduler.upTo(20 * Scheduler.SECOND), () -> dial.line().stopReading(false));
    }

    private void connect() {
        if (!device.mayDial()) {
            return;
        }
        boolean clean = device.mustClean() || scheduler.oneIn(8);
        boolean v5 = scheduler.random().nextInt(3) > 0;
        long expiry = scheduler.any(0L, 2L, 20L, 1_000L, Connect.NEVER_EXPIRES);
        dial(new Connect(
                v5 ? MqttVersion.V5 : MqttVersion.V3_1_1,
                false,
                clean,
                scheduler.any(0, 0, 5, 30),
                device.clientId,
                scheduler.oneIn(2) ? will(v5) : null,
                null,
                null,
                v5 ? expiry : clean ? 0 : Connect.NEVER_EXPIRES,
                v5 ? scheduler.any(1, 2, 5, 65_535) : 65_535,
                v5 ? scheduler.any(Connect.NO_LIMIT, Connect.NO_LIMIT, 60L, 150L) : Connect.NO_LIMIT,
                v5 ? scheduler.any(0, 1, 5) : 0,
                false,
                scheduler.oneIn(2) || !v5,
                null,
                null,
                List.of()));
    }

    /** A connection that takes all that is owed, as long as it may. */
    void connectToSettle() {
        boolean clean = device.mustClean();
        dial(new Connect(
                MqttVersion.V5,
                false,
                clean,
                0,
                device.clientId,
                null,
                null,
                null,
                60,
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
        Dial before = device.current();
        Dial dial = world.dial(device, connect);
        if (before != null) {
            scheduler.after(
                    scheduler.upTo(30 * Scheduler.SECOND), () -> before.line().cut(false));
        }
        ping(dial);
    }

    private void ping(Dial dial) {
        int keepAlive = dial.connect.keepAliveSeconds();
        if (keepAlive > 0) {
            scheduler.after(keepAlive * Scheduler.SECOND / 3, () -> {
                if (!dial.over) {
                    if (dial.accepted) {
                        dial.send(PingReq.INSTANCE);
                    }
                    ping(dial);
                }
            });
        }
    }

    private Will will(boolean v5) {
        return new Will(
                scheduler.any(Qos.values()),
                scheduler.oneIn(4),
                scheduler.any(TOPICS),
                PublishProperties.NONE,
                v5 ? scheduler.any(0L, 1L, 10L, 100L) : 0,
                v5 && scheduler.oneIn(4) ? 30 : Publish.ABSENT,
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
        boolean retain = scheduler.oneIn(5);
        byte[] payload = retain && scheduler.oneIn(4)
                ? new byte[0]
                : payload("m", scheduler.oneIn(3) ? scheduler.random().nextInt(200) : 0);
        long expiry = dial.isV5() && scheduler.oneIn(5) ? scheduler.any(1L, 5L, 100L) : Publish.ABSENT;
        device.publish(dial, scheduler.any(Qos.values()), retain, scheduler.any(TOPICS), expiry, payload);
    }

    private void subscribe(Dial dial) {
        if (device.isBusy(dial)) {
            return;
        }
        List<Subscribe.Entry> entries = new ArrayList<>();
        for (int i = scheduler.any(1, 1, 2); i > 0; i--) {
            String filter = scheduler.any(FILTERS);
            boolean v5 = dial.isV5();
            entries.add(new Subscribe.Entry(
                    filter,
                    new SubscriptionOptions(
                            scheduler.any(Qos.values()),
                            v5 && !filter.startsWith("$share") && scheduler.oneIn(4),
                            v5 && scheduler.oneIn(4),
                            v5 ? scheduler.any(RetainHandling.values()) : RetainHandling.SEND)));
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
            long expiry = dial.connect.sessionExpirySeconds() > 0 && scheduler.oneIn(3)
                    ? scheduler.any(0L, 5L, 100L)
                    : Disconnect.ABSENT;
            ReasonCode reason = scheduler.any(ReasonCode.NORMAL_DISCONNECTION, ReasonCode.DISCONNECT_WITH_WILL);
            dial.send(new Disconnect(reason, expiry, null, null, List.of()));
        } else {
            dial.send(Disconnect.NORMAL);
        }
        leave(dial);
    }

    /** Closes the connection, with or without a farewell before. */
    static void leave(Dial dial) {
        dial.over = true;
        dial.line().close();
    }

    /** The end of the run: goes for good, one way or the other. */
    void goForGood() {
        @Nullable Dial dial = device.current();
        if (dial != null && scheduler.oneIn(2)) {
            disconnect(dial);
        } else if (dial != null) {
            leave(dial);
        }
    }
}
