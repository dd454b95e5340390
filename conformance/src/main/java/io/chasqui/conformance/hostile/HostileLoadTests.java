package io.chasqui.conformance.hostile;

import static io.chasqui.conformance.raw.Bytes.bytes;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Alone;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Much of it: many connections, large announcements, long topics, many filters. The witness is served all the while. */
final class HostileLoadTests {
    private static final int CONNECTIONS = 2_000;
    private static final int WITNESS_EVERY = 100; // connections

    /** A broker that sets aside what is announced runs out of memory here. */
    @Alone
    @Statement({"MQTT5-4.13.1-1", "MQTT3-4.8.0-1"})
    void thousandsAnnounceALargePacketAndSendNothing(Scene scene) {
        Witness witness = new Witness(scene);
        List<RawClient> crowd = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            RawClient client = scene.connect();
            client.send(new Bytes()
                    .u8(0x32)
                    .varint(1_000_000)
                    .text(scene.topic("large"))
                    .toArray());
            crowd.add(client);
            if (i % WITNESS_EVERY == 0) {
                witness.isServed();
            }
        }
        witness.isServed();
        scene.count(CONNECTIONS);
        crowd.forEach(RawClient::cut);
        witness.isServed();
    }

    @Alone
    @Statement({"MQTT5-3.1.0-1", "MQTT3-3.1.0-1"})
    void thousandsOfHalfOpenConnections(Scene scene) {
        Witness witness = new Witness(scene);
        byte[] connect = scene.client().toArray();
        List<RawClient> crowd = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            RawClient client = scene.open();
            client.send(Arrays.copyOf(connect, i % connect.length)); // from nothing to all but one byte
            crowd.add(client);
            if (i % WITNESS_EVERY == 0) {
                witness.isServed();
            }
        }
        scene.connect().fence();
        scene.count(CONNECTIONS);
        crowd.forEach(RawClient::cut);
        witness.isServed();
    }

    @Alone
    @Statement({"MQTT5-3.1.4-3", "MQTT3-3.1.4-2"})
    void stormOfTakeovers(Scene scene) {
        Witness witness = new Witness(scene);
        String id = scene.clientId();
        List<RawClient> crowd = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            RawClient client = scene.open();
            client.send(scene.client(id).resume()); // does not wait for its CONNACK
            crowd.add(client);
            if (i % WITNESS_EVERY == 0) {
                witness.isServed();
            }
        }
        // Which of them comes last is the broker's choice; one that comes when all have been heard has to win.
        crowd.forEach(client -> client.untilEndOr(Type.CONNACK));
        RawClient last = scene.connect(scene.client(id).resume());
        for (RawClient client : crowd) {
            client.bytesUntilEnd();
        }
        last.fence();
        scene.count(crowd.size());
        witness.isServed();
    }

    @Statement({"MQTT5-4.7.3-3", "MQTT3-4.7.3-3"})
    void topicsOf65535Levels(Scene scene) {
        Witness witness = new Witness(scene);
        String slashes = "/".repeat(65_535);
        String pluses = "+/".repeat(32_767) + "+";
        List<byte[]> packets = List.of(
                Publish.to(slashes).qos(1, 1).toArray(scene.version()),
                Publish.to("a/".repeat(32_767)).qos(1, 1).retained().toArray(scene.version()),
                Subscribe.with(1).filter(slashes, 1).toArray(scene.version()),
                Subscribe.with(1).filter(pluses, 1).toArray(scene.version()),
                Subscribe.with(1).filter("+/".repeat(32_767) + "#", 1).toArray(scene.version()),
                Subscribe.without(1).filter(pluses).toArray(scene.version()));
        for (byte[] packet : packets) {
            RawClient client = scene.connect();
            client.send(packet);
            client.ping();
            client.untilEndOr(Type.PINGRESP);
            client.close();
            witness.isServed();
        }
        RawClient cleaner = scene.connect();
        cleaner.send(Publish.to("a/".repeat(32_767)).retained());
        cleaner.hangUp();
        scene.count(packets.size());
    }

    @Statement({"MQTT5-3.8.4-6", "MQTT3-3.8.4-5"})
    void tenThousandFiltersInOneSubscribe(Scene scene) {
        Witness witness = new Witness(scene);
        Subscribe subscribe = Subscribe.with(1);
        Subscribe unsubscribe = Subscribe.without(2);
        for (int i = 0; i < 10_000; i++) {
            subscribe.filter(scene.topic("f" + i + "/+"), i % 3);
            unsubscribe.filter(scene.topic("f" + i + "/+"));
        }
        RawClient client = scene.connect();
        client.send(subscribe);
        client.send(unsubscribe);
        client.ping();
        for (Frame frame : client.untilEndOr(Type.PINGRESP)) {
            if (frame.type() == Type.SUBACK || scene.is5() && frame.type() == Type.UNSUBACK) {
                Failure.unlessEqual(10_000, frame.codes().size(), "codes of " + frame.type());
            }
            if (frame.type() == Type.SUBACK) {
                Failure.unlessOneOf(frame.codes().get(2), "code", 0x02, 0x80, 0x97);
            }
        }
        witness.isServed();
        scene.count(2);
    }

    /** The answers fill the socket; the broker may stop reading or close, but not lose its head. */
    @Alone
    @Statement({"MQTT5-3.12.4-1", "MQTT3-3.12.4-1"})
    void pingsWhoseAnswersAreNotRead(Scene scene) {
        Witness witness = new Witness(scene);
        byte[] pings = new byte[20_000];
        for (int i = 0; i < pings.length; i += 2) {
            pings[i] = (byte) 0xC0;
        }
        List<RawClient> crowd = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawClient client = scene.connect();
            client.send(pings);
            crowd.add(client);
            witness.isServed();
        }
        for (RawClient client : crowd) {
            client.ping();
            for (int i = 0; i <= pings.length / 2; i++) {
                client.expect(Type.PINGRESP);
            }
        }
        scene.count(crowd.size());
        witness.isServed();
    }

    /** Whoever does not read is no reason to keep others waiting. */
    @Alone
    @Statement({"MQTT5-4.5.0-1", "MQTT3-4.5.0-1"})
    void subscriberThatDoesNotRead(Scene scene) {
        Witness witness = new Witness(scene);
        String topic = scene.topic("flood");
        RawClient stalled = scene.subscriber(topic, 0);
        RawClient publisher = scene.connect();
        byte[] payload = new byte[10_000];
        for (int i = 0; i < 3_000; i++) {
            publisher.send(Publish.to(topic).payload(payload));
            if (i % WITNESS_EVERY == 0) {
                publisher.fence();
                witness.isServed();
            }
        }
        stalled.cut();
        witness.isServed();
    }

    @Statement({"MQTT5-3.1.4-1", "MQTT3-3.1.4-1"})
    void lengthOfAPacketThatNeverComes(Scene scene) {
        Witness witness = new Witness(scene);
        for (int first : new int[] {0x10, 0x00, 0x30, 0xF0}) {
            RawClient client = scene.open();
            client.send(bytes(first, 0xFF, 0xFF, 0xFF, 0x7F));
            client.endOutput();
            client.bytesUntilEnd();
            witness.isServed();
        }
    }
}
