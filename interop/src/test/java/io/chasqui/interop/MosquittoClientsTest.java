package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs mosquitto_pub and mosquitto_sub, as a user runs them (libmosquitto). */
@Needs(
        value = {"mosquitto_pub", "mosquitto_sub", "stdbuf"},
        install = "the Mosquitto clients (Debian: mosquitto-clients, coreutils)")
@ExtendWith(RunningBroker.class)
final class MosquittoClientsTest {
    /** How mosquitto_sub prints a message: topic, QoS, retain, payload. */
    private static final String FORMAT = "message %t %q %r %p";

    private final BrokerUnderTest broker;
    private final String root;
    private final List<Program> programs = new ArrayList<>();

    MosquittoClientsTest(BrokerUnderTest broker) {
        this.broker = broker;
        this.root = broker.freshTopic();
    }

    @AfterEach
    void killAll() {
        programs.forEach(Program::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void messages_of_every_qos_arrive_through_wildcards(String version) throws Exception {
        Program subscriber =
                subscribed("-V", version, "-q", "2", "-t", root + "/+/temperature", "-t", root + "/cellar/#");
        for (int qos = 0; qos <= 2; qos++) {
            publish("-V", version, "-q", "" + qos, "-t", root + "/attic/temperature", "-m", "hot " + qos);
            publish("-V", version, "-q", "" + qos, "-t", root + "/attic/humidity", "-m", "not asked for");
            publish("-V", version, "-q", "" + qos, "-t", root + "/cellar/a/b", "-m", "dark " + qos);

            assertThat(subscriber.await("message")).isEqualTo(line("/attic/temperature", qos, 0, "hot " + qos));
            assertThat(subscriber.await("message")).isEqualTo(line("/cellar/a/b", qos, 0, "dark " + qos));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void a_retained_message_is_set_found_and_cleared(String version) throws Exception {
        publish("-V", version, "-q", "1", "-r", "-t", root + "/door", "-m", "open");
        publish("-V", version, "-q", "1", "-r", "-t", root + "/door", "-m", "shut");

        Program finder = subscribe("-V", version, "-C", "1", "-q", "1", "-t", root + "/#");
        assertThat(finder.awaitEnd()).contains(line("/door", 1, 1, "shut"));

        publish("-V", version, "-q", "1", "-r", "-n", "-t", root + "/door");
        Program later = subscribed("-V", version, "-q", "1", "-t", root + "/#");
        publish("-V", version, "-q", "1", "-t", root + "/end", "-m", "end");
        assertThat(later.await("message")).isEqualTo(line("/end", 1, 0, "end"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void the_will_of_a_killed_program_is_published(String version) throws Exception {
        Program witness = subscribed("-V", version, "-q", "2", "-t", root + "/will");
        Program mortal = subscribed(
                "-V",
                version,
                "-t",
                root + "/other",
                "--will-topic",
                root + "/will",
                "--will-payload",
                "farewell",
                "--will-qos",
                "1");

        mortal.close();

        assertThat(witness.await("message")).isEqualTo(line("/will", 1, 0, "farewell"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void a_session_that_was_left_is_given_what_it_has_missed(String version) throws Exception {
        String[] session = {
            "-V", version, "-c", "-i", broker.freshClientId(), "-q", "2", "-t", root + "/one", "-t", root + "/two"
        };
        subscribe(with(session, "-E")).awaitEnd();
        for (int i = 0; i < 20; i++) {
            publish("-V", version, "-q", "1", "-t", root + "/one", "-m", "one " + i);
            publish("-V", version, "-q", "2", "-t", root + "/two", "-m", "two " + i);
        }

        List<String> printed = subscribe(with(session, "-C", "40")).awaitEnd();

        for (int qos = 1; qos <= 2; qos++) {
            String topic = qos == 1 ? "/one" : "/two";
            String word = qos == 1 ? "one " : "two ";
            int level = qos;
            assertThat(printed.stream().filter(line -> line.startsWith("message " + root + topic)))
                    .containsExactlyElementsOf(IntStream.range(0, 20)
                            .mapToObj(i -> line(topic, level, 0, word + i))
                            .toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void a_shared_subscription_divides_the_messages(String version) throws Exception {
        String[] member = {"-V", version, "-q", "1", "-t", "$share/workers/" + root + "/jobs", "-t", root + "/end"};
        Program one = subscribed(member);
        Program other = subscribed(member);
        for (int i = 0; i < 10; i++) {
            publish("-V", version, "-q", "1", "-t", root + "/jobs", "-m", "job " + i);
        }
        publish("-V", version, "-q", "1", "-t", root + "/end", "-m", "end");

        List<String> done = messagesBeforeEnd(one);
        List<String> doneByOther = messagesBeforeEnd(other);
        assertThat(done).isNotEmpty();
        assertThat(doneByOther).isNotEmpty();
        done.addAll(doneByOther);
        assertThat(done)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 10)
                        .mapToObj(i -> line("/jobs", 1, 0, "job " + i))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void one_publisher_sends_line_by_line_to_many(String version) throws Exception {
        Program one = subscribed("-V", version, "-q", "1", "-t", root + "/lines");
        Program other = subscribed("-V", version, "-q", "1", "-t", root + "/lines");
        Program publisher = start("mosquitto_pub", "-V", version, "-q", "1", "-t", root + "/lines", "-l");
        for (int i = 0; i < 100; i++) {
            publisher.type("line " + i);
        }
        publisher.endInput();
        publisher.awaitEnd();
        for (Program subscriber : List.of(one, other)) {
            for (int i = 0; i < 100; i++) {
                assertThat(subscriber.await("message")).isEqualTo(line("/lines", 1, 0, "line " + i));
            }
        }
    }

    @Test
    void properties_of_mqtt_5_arrive_as_they_were_sent() throws Exception {
        Program subscriber = start(
                "mosquitto_sub",
                "-d",
                "-F",
                "message %P; %C; %R; %D; %F; %S",
                "-V",
                "mqttv5",
                "-q",
                "1",
                "-t",
                root,
                "-D",
                "subscribe",
                "subscription-identifier",
                "42");
        subscriber.await("Subscribed");

        publish(
                "-V",
                "mqttv5",
                "-q",
                "1",
                "-t",
                root,
                "-m",
                "{}",
                "-D",
                "publish",
                "user-property",
                "b",
                "1",
                "-D",
                "publish",
                "user-property",
                "a",
                "2",
                "-D",
                "publish",
                "user-property",
                "b",
                "3",
                "-D",
                "publish",
                "content-type",
                "application/json",
                "-D",
                "publish",
                "response-topic",
                "reply/here",
                "-D",
                "publish",
                "correlation-data",
                "c0ffee",
                "-D",
                "publish",
                "payload-format-indicator",
                "1",
                "-D",
                "publish",
                "message-expiry-interval",
                "1000");

        assertThat(subscriber.await("message"))
                .isEqualTo("message b:1 a:2 b:3; application/json; reply/here; c0ffee; 1; 42");
    }

    @Test
    void topic_aliases_stand_for_their_topic() throws Exception {
        Program subscriber = subscribed("-V", "mqttv5", "-q", "1", "-t", root + "/#");
        publish(
                "-V",
                "mqttv5",
                "-q",
                "1",
                "-t",
                root + "/aliased",
                "-m",
                "again",
                "--repeat",
                "3",
                "-D",
                "publish",
                "topic-alias",
                "5");
        for (int i = 0; i < 3; i++) {
            assertThat(subscriber.await("message")).isEqualTo(line("/aliased", 1, 0, "again"));
        }
    }

    @Test
    void who_is_taken_over_is_told_so() throws Exception {
        String clientId = broker.freshClientId();
        Program first = subscribed("-V", "mqttv5", "-i", clientId, "-t", root);
        subscribed("-V", "mqttv5", "-i", clientId, "-t", root);
        first.await("DISCONNECT (142)");
    }

    private static List<String> messagesBeforeEnd(Program subscriber) throws InterruptedException {
        List<String> messages = new ArrayList<>();
        for (String line = subscriber.await("message"); !line.endsWith(" end"); line = subscriber.await("message")) {
            messages.add(line);
        }
        return messages;
    }

    private String line(String topic, int qos, int retain, String text) {
        return "message " + root + topic + " " + qos + " " + retain + " " + text;
    }

    /** Runs mosquitto_pub to its end. */
    private void publish(String... arguments) throws Exception {
        start(with(new String[] {"mosquitto_pub"}, arguments)).awaitEnd();
    }

    /** Starts mosquitto_sub and waits until it is subscribed. */
    private Program subscribed(String... arguments) throws Exception {
        Program subscriber = subscribe(arguments);
        subscriber.await("Subscribed");
        return subscriber;
    }

    private Program subscribe(String... arguments) throws IOException {
        return start(with(new String[] {"mosquitto_sub", "-d", "-F", FORMAT}, arguments));
    }

    private Program start(String... command) throws IOException {
        Program program =
                Program.startUnbuffered(with(command, "-h", broker.host(), "-p", Integer.toString(broker.port())));
        programs.add(program);
        return program;
    }

    private static String[] with(String[] some, String... more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
