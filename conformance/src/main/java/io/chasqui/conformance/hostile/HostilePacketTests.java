package io.chasqui.conformance.hostile;

import static io.chasqui.conformance.raw.Bytes.bytes;

import io.chasqui.conformance.raw.Bytes;
import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/** Bad packets of every type, each on a connection of its own. The connection ends; nobody else notices. */
final class HostilePacketTests {
    private static final int WITNESS_EVERY = 20; // cases

    @Statement({"MQTT5-4.13.1-1", "MQTT3-4.8.0-1", "MQTT5-3.1.4-1", "MQTT3-3.1.4-1"})
    void truncatedAtEachByte(Scene scene) {
        run(scene, Mutations::truncated);
    }

    @Statement({"MQTT5-4.13.1-1", "MQTT3-4.8.0-1"})
    void unfinishedAtEachByte(Scene scene) {
        run(scene, Mutations::unfinished);
    }

    @Statement({"MQTT5-4.13.1-1", "MQTT3-4.8.0-1", "MQTT5-3.1.4-1", "MQTT3-3.1.4-1"})
    void wrongLengths(Scene scene) {
        run(scene, Mutations::wrongLengths);
    }

    @Statement({"MQTT5-2.1.3-1", "MQTT3-2.2.2-2", "MQTT5-3.3.1-4", "MQTT3-3.3.1-4", "MQTT5-3.6.1-1", "MQTT3-3.6.1-1"})
    void wrongFlags(Scene scene) {
        run(scene, Mutations::wrongFlags);
    }

    @Statement({"MQTT5-1.5.4-1", "MQTT3-1.5.3-1", "MQTT5-1.5.4-2", "MQTT3-1.5.3-2", "MQTT5-4.7.0-1", "MQTT3-4.7.1-1"})
    void badTextsAndZeroPacketIds(Scene scene) {
        run(scene, Mutations::badTexts);
    }

    @Statement({"U5-01", "U5-02"})
    void badProperties(Scene scene) {
        run(scene, Mutations::badProperties);
    }

    @Statement({"MQTT5-4.13.1-1", "MQTT3-4.8.0-1"})
    void eachBitFlipped(Scene scene) {
        run(scene, Mutations::flippedBits);
    }

    @Statement({"MQTT5-3.1.0-1", "MQTT3-3.1.0-1"})
    void everyPacketBeforeConnect(Scene scene) {
        Stream<Hostile> all = samples(scene).others().stream()
                .flatMap(sample -> Stream.concat(
                        Stream.of(Hostile.closes(sample + " first", sample.packet())),
                        Mutations.wrongFlags(sample).stream()
                                .map(hostile -> Hostile.closes(hostile.what() + " first", hostile.bytes()))));
        send(scene, all.toList(), false);
    }

    @Statement({"MQTT5-3.1.0-2", "MQTT3-3.1.0-2"})
    void secondConnectOfEveryKind(Scene scene) {
        Sample connect = samples(scene).connect(hostileId(scene));
        List<Hostile> all = new ArrayList<>(List.of(Hostile.closes("second CONNECT", connect.packet())));
        all.addAll(Mutations.truncated(connect));
        send(scene, all, true);
    }

    @Statement({"MQTT5-4.13.1-1", "MQTT3-4.8.0-1"})
    void unknownTypesAndThoseOfBrokers(Scene scene) {
        List<Hostile> all = new ArrayList<>();
        for (int first : new int[] {0x00, 0x0F, 0x20, 0x90, 0xB0, 0xD0, 0xF0, 0xFF}) {
            for (byte[] body : List.of(bytes(), bytes(0, 0), bytes(0, 1, 0), bytes(0, 1, 0, 0))) {
                byte[] packet = new Bytes().raw(body).packet(first);
                all.add(Hostile.closes("a packet " + Bytes.hex(packet), packet));
            }
        }
        send(scene, all, true);
        send(scene, all, false);
    }

    /** Noise, the same in each run. */
    @Statement({"MQTT5-4.13.1-1", "MQTT3-4.8.0-1"})
    void noise(Scene scene) {
        Random random = new Random(1883);
        List<Hostile> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[1 + random.nextInt(300)];
            random.nextBytes(noise);
            all.add(Hostile.any("noise number " + i, noise));
        }
        send(scene, all, true);
        send(scene, all, false);
    }

    /** Valid packets, one byte at a time: they are served. */
    @Statement({"MQTT5-4.2.0-1", "MQTT3-7.1.1-1"})
    void everyPacketByteByByte(Scene scene) {
        Witness witness = new Witness(scene);
        for (Sample sample : samples(scene).others()) {
            RawClient client = scene.connect();
            for (byte each : sample.packet()) {
                client.send(new byte[] {each});
            }
            // Acknowledgements of what was never sent may be taken as an error.
            client.hangUp();
            witness.isServed();
        }
    }

    private static Samples samples(Scene scene) {
        return new Samples(scene.version(), scene.topic("hostile"));
    }

    /** One that no flipped bit can turn into the identifier of another client. */
    private static String hostileId(Scene scene) {
        return "zz-" + scene.clientId();
    }

    /** CONNECT goes first on its connection, all other packets follow a good one. */
    private static void run(Scene scene, Function<Sample, List<Hostile>> mutations) {
        Samples samples = samples(scene);
        send(scene, mutations.apply(samples.connect(hostileId(scene))), false);
        send(
                scene,
                samples.others().stream().map(mutations).flatMap(List::stream).toList(),
                true);
    }

    private static void send(Scene scene, List<Hostile> all, boolean connected) {
        Witness witness = new Witness(scene);
        for (int i = 0; i < all.size(); i++) {
            send(scene, all.get(i), connected);
            if (i % WITNESS_EVERY == 0) {
                witness.isServed();
            }
        }
        witness.isServed();
        scene.count(all.size());
    }

    private static void send(Scene scene, Hostile hostile, boolean connected) {
        try (RawClient client = scene.openBriefly()) {
            if (connected) {
                Frame connAck = client.connect(scene.client(hostileId(scene)));
                Failure.unlessEqual(0, connAck.code(), "code of CONNACK");
            }
            client.send(hostile.bytes());
            if (!hostile.mustClose()) {
                client.endOutput();
            }
            client.bytesUntilEnd();
        } catch (Failure e) {
            throw new Failure(hostile.what() + " (" + Bytes.hex(hostile.bytes()) + "): " + e.getMessage());
        }
    }
}
