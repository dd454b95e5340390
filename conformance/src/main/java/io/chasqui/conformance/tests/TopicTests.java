package io.chasqui.conformance.tests;

import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.raw.Frame;
import io.chasqui.conformance.raw.Publish;
import io.chasqui.conformance.raw.RawClient;
import io.chasqui.conformance.raw.Subscribe;
import io.chasqui.conformance.raw.Type;
import io.chasqui.conformance.suite.Scene;
import io.chasqui.conformance.suite.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Section 4.7: Topic Names and Topic Filters. */
final class TopicTests {

    @Statement({"MQTT5-4.7.1-1", "MQTT3-4.7.1-2"})
    void hashStandsAloneAndLast(Scene scene) {
        refused(scene, "a#", "a/#/b", "#/", "a/b#", "##", "a/#b");
        granted(scene, "a/#", "#", "/#");
        matches(scene, "a/#", List.of("a", "a/", "a/b", "a/b/c"), List.of("ab", "b/a", "b"));
    }

    @Statement({"MQTT5-4.7.1-2", "MQTT3-4.7.1-3"})
    void plusFillsALevel(Scene scene) {
        refused(scene, "a+", "+a", "a/+b", "a+/b", "++");
        granted(scene, "+", "+/a", "a/+/b", "+/#", "/+");
        matches(scene, "+", List.of("a", "b c"), List.of("/a", "a/", "a/b", "/"));
        matches(scene, "+/+", List.of("/a", "a/", "a/b", "/"), List.of("a", "a/b/c"));
        matches(scene, "a/+", List.of("a/", "a/b"), List.of("a", "a/b/c"));
        matches(scene, "/+", List.of("/a", "/"), List.of("a", "a/b"));
        matches(scene, "+/x/#", List.of("a/x", "/x", "a/x/y/z"), List.of("x", "a/y"));
    }

    /** By a code in SUBACK or by the end of the connection. */
    private static void refused(Scene scene, String... filters) {
        for (String filter : filters) {
            RawClient client = scene.connect();
            client.send(Subscribe.with(1).filter(filter, 0));
            client.ping();
            for (Frame frame : client.untilEndOr(Type.PINGRESP)) {
                if (frame.type() == Type.SUBACK) {
                    int code = frame.codes().getFirst();
                    Failure.unless(code >= 0x80, "%s was granted", filter);
                    Failure.unlessOneOf(code, "code of SUBACK", scene.is5() ? 0x8F : 0x80, 0x80);
                } else if (frame.type() == Type.DISCONNECT) {
                    Failure.unlessOneOf(frame.code(), "reason of DISCONNECT", 0x81, 0x82, 0x8F, 0x80);
                } else {
                    Failure.unless(frame.type() == Type.PINGRESP, "%s for %s", frame, filter);
                }
            }
        }
    }

    private static void granted(Scene scene, String... filters) {
        RawClient client = scene.connect();
        for (String filter : filters) {
            client.subscribe(filter, 0);
            client.unsubscribe(filter);
        }
        client.close();
    }

    /** Both lists are published behind a prefix of this test; a filter that starts with a wildcard still does so behind it. */
    private static void matches(Scene scene, String filter, List<String> matching, List<String> others) {
        String prefix = scene.topic(scene.clientId()) + "/";
        RawClient subscriber = scene.subscriber(prefix + filter, 1);
        subscriber.subscribe(scene.topic("end"), 1);
        RawClient publisher = scene.connect();
        others.forEach(name -> publisher.publish(prefix + name, name, 1));
        matching.forEach(name -> publisher.publish(prefix + name, name, 1));
        publisher.publish(scene.topic("end"), "end", 1);
        List<String> seen =
                subscriber.receiveUntil("end").stream().map(Frame::text).toList();
        Failure.unlessEqual(matching, seen, "messages for " + filter);
    }

    @Statement({"MQTT5-3.3.2-3", "MQTT3-3.3.2-3"})
    void deliveriesAgreeWithAReferenceMatcher(Scene scene) {
        Random random = new Random(5);
        RawClient publisher = scene.connect();
        for (int round = 0; round < 20; round++) {
            String prefix = scene.topic("r" + round) + "/";
            String filter = prefix + filter(random);
            RawClient subscriber = scene.subscriber(filter, 1);
            subscriber.subscribe(scene.topic("end"), 1);
            List<String> expected = new ArrayList<>();
            Set<String> names = new TreeSet<>();
            for (int i = 0; i < 20; i++) {
                names.add(prefix + name(random));
            }
            for (String name : names) {
                publisher.publish(name, name, 1);
                if (matches(filter.split("/", -1), name.split("/", -1))) {
                    expected.add(name);
                }
            }
            publisher.publish(scene.topic("end"), "end", 1);
            List<String> seen = subscriber.receiveUntil("end").stream()
                    .map(Frame::topic)
                    .sorted()
                    .toList();
            Failure.unlessEqual(expected, seen, "topics for " + filter);
            subscriber.close();
        }
    }

    private static String name(Random random) {
        String name = level(random);
        while (random.nextInt(3) > 0) {
            name += "/" + level(random);
        }
        return name;
    }

    private static String level(Random random) {
        return List.of("a", "b", "", "A").get(random.nextInt(4));
    }

    private static String filter(Random random) {
        String filter = random.nextInt(3) == 0 ? "+" : level(random);
        while (random.nextInt(3) > 0) {
            filter += "/" + (random.nextInt(3) == 0 ? "+" : level(random));
        }
        return random.nextInt(3) == 0 ? filter + "/#" : filter;
    }

    private static boolean matches(String[] filter, String[] name) {
        for (int i = 0; i < filter.length; i++) {
            if (filter[i].equals("#")) {
                return name.length >= i;
            }
            if (i >= name.length || !filter[i].equals("+") && !filter[i].equals(name[i])) {
                return false;
            }
        }
        return filter.length == name.length;
    }

    /** The topics of the broker itself are what there is to look at: clients may be kept from publishing to $ topics. */
    @Statement({"MQTT5-4.7.2-1", "MQTT3-4.7.2-1"})
    void wildcardAtTheFrontMatchesNoDollarTopic(Scene scene) {
        String level = scene.clientId();
        RawClient all = scene.connect();
        all.send(Subscribe.with(1).filter("#", 0).filter("+/" + level, 0).filter("+/broker/#", 0));
        RawClient publisher = scene.connect();
        publisher.send(Publish.to("$cf/" + level).text("hidden").retained().qos(1, 1));
        publisher.ping();
        publisher.untilEndOr(Type.PINGRESP);
        all.expect(Type.SUBACK, 1);
        scene.connect().publish(scene.topic("end"), "end " + level, 0);
        all.receiveUntil("end " + level)
                .forEach(frame -> Failure.unless(!frame.topic().startsWith("$"), "a $ topic: %s", frame));
        RawClient late = scene.connect();
        late.send(Subscribe.with(1).filter("+/" + level, 0).filter("#", 0));
        late.expect(Type.SUBACK, 1);
        late.fence();
        late.arrived(Type.PUBLISH)
                .forEach(frame -> Failure.unless(!frame.topic().startsWith("$"), "a $ topic: %s", frame));
    }

    @Statement({"MQTT5-4.7.3-1", "MQTT3-4.7.3-1"})
    void emptyFilterIsRefused(Scene scene) {
        refused(scene, "");
    }

    @Statement({"MQTT5-4.7.3-4", "MQTT3-4.7.3-4"})
    void nothingIsNormalised(Scene scene) {
        List<String> names = List.of("e\u0301", "\u00E9", "A", "a", "a//b", "a/b", "/a", "a/", " a", "a ", "\u212B");
        String prefix = scene.topic("");
        RawClient publisher = scene.connect();
        RawClient subscriber = scene.connect();
        subscriber.subscribe(scene.topic("end"), 1);
        for (String name : names) {
            subscriber.subscribe(prefix + name, 1);
            for (String other : names) {
                publisher.publish(prefix + other, other, 1);
            }
            publisher.publish(scene.topic("end"), "end", 1);
            List<String> seen =
                    subscriber.receiveUntil("end").stream().map(Frame::text).toList();
            Failure.unlessEqual(List.of(name), seen, "messages for " + name);
            subscriber.unsubscribe(prefix + name);
        }
    }
}
