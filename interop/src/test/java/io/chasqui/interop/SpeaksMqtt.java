package io.chasqui.interop;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every client library can do through the broker, whatever its version of MQTT. */
@ExtendWith(RunningBroker.class)
abstract class SpeaksMqtt {
    private final BrokerUnderTest broker;
    private final Client.Library library;
    private final List<Guest> guests = new ArrayList<>();

    /** This test's own; topics begin with it. */
    final String root;

    SpeaksMqtt(BrokerUnderTest broker, Client.Library library) {
        this.broker = broker;
        this.library = library;
        this.root = broker.freshTopic();
    }

    final String freshClientId() {
        return broker.freshClientId();
    }

    final Guest connect() throws Exception {
        return connect(Options.clean(freshClientId()));
    }

    final Guest connect(Options options) throws Exception {
        Guest guest = Guest.connect(library, broker, options);
        guests.add(guest);
        return guest;
    }

    @AfterEach
    void destroyAll() throws Exception {
        for (Guest guest : guests) {
            guest.destroy();
        }
    }

    @Test
    void a_message_is_delivered_at_the_lower_of_its_qos_and_the_granted_one() throws Exception {
        Guest subscriber = connect();
        Guest publisher = connect();
        for (Qos granted : Qos.values()) {
            subscriber.subscribe(root + "/" + granted, granted);
        }
        for (Qos granted : Qos.values()) {
            for (Qos published : Qos.values()) {
                publisher.publish(Message.of(root + "/" + granted, published.name(), published));
                Message message = subscriber.next();
                assertThat(message.topic()).isEqualTo(root + "/" + granted);
                assertThat(message.text()).isEqualTo(published.name());
                assertThat(message.qos()).isEqualTo(published.min(granted));
                assertThat(message.retain()).isFalse();
            }
        }
    }

    @Test
    void plus_matches_one_level_and_hash_matches_the_rest_with_the_parent() throws Exception {
        Guest plus = connect();
        Guest hash = connect();
        Guest publisher = connect();
        plus.subscribe(root + "/+/temperature", AT_LEAST_ONCE);
        hash.subscribe(root + "/house/#", AT_LEAST_ONCE);
        for (String topic : List.of(
                "house/temperature",
                "/temperature",
                "house/cellar/temperature",
                "house",
                "house/",
                "house/humidity",
                "household",
                "end/temperature",
                "house/end")) {
            String text = topic.contains("end") ? "end" : topic;
            publisher.publish(Message.of(root + "/" + topic, text, AT_LEAST_ONCE));
        }
        assertThat(plus.textsBefore("end")).containsExactly("house/temperature", "/temperature");
        assertThat(hash.textsBefore("end"))
                .containsExactly("house/temperature", "house/cellar/temperature", "house", "house/", "house/humidity");
    }

    @Test
    void topics_are_unicode_and_payloads_are_any_bytes() throws Exception {
        byte[] everyByte = new byte[256];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) i;
        }
        String topic = root + "/Füße/水/ with spaces";
        Guest guest = connect();
        guest.subscribe(root + "/Füße/#", EXACTLY_ONCE);

        guest.publish(Message.of(topic, everyByte, EXACTLY_ONCE, false));
        guest.publish(Message.of(topic, new byte[0], EXACTLY_ONCE, false));

        Message message = guest.next();
        assertThat(message.topic()).isEqualTo(topic);
        assertThat(message.payload()).isEqualTo(everyByte);
        assertThat(guest.next().payload()).isEmpty();
    }

    @Test
    void a_large_payload_arrives_as_it_was_sent() throws Exception {
        byte[] payload = new byte[700_000];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (i * 31 >> 7);
        }
        Guest guest = connect();
        guest.subscribe(root, AT_LEAST_ONCE);
        guest.publish(Message.of(root, payload, AT_LEAST_ONCE, false));
        assertThat(Arrays.equals(guest.next().payload(), payload)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void hundreds_of_messages_arrive_once_and_in_order(Qos qos) throws Exception {
        Guest subscriber = connect();
        Guest publisher = connect();
        subscriber.subscribe(root, qos);
        List<String> texts = IntStream.range(0, 300).mapToObj(Integer::toString).toList();

        // Ten at a time: that many are in flight in a Paho client at the most.
        for (int i = 0; i < texts.size(); i += 10) {
            List<Future<?>> batch = new ArrayList<>();
            for (String text : texts.subList(i, i + 10)) {
                batch.add(publisher.publishing(Message.of(root, text, qos)));
            }
            for (Future<?> published : batch) {
                published.get(Guest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
        publisher.publish(Message.of(root, "end", qos));

        assertThat(subscriber.textsBefore("end")).isEqualTo(texts);
    }

    @Test
    void unsubscribe_ends_the_deliveries_of_that_filter_only() throws Exception {
        Guest guest = connect();
        guest.subscribe(root + "/a", AT_LEAST_ONCE);
        guest.subscribe(root + "/b", AT_LEAST_ONCE);
        guest.unsubscribe(root + "/a");
        guest.publish(Message.of(root + "/a", "unwanted", AT_LEAST_ONCE));
        guest.publish(Message.of(root + "/b", "end", AT_LEAST_ONCE));
        assertThat(guest.textsBefore("end")).isEmpty();
    }

    @Test
    void a_retained_message_meets_later_subscribers_until_it_is_replaced_or_cleared() throws Exception {
        Guest publisher = connect();
        Guest early = connect();
        early.subscribe(root + "/#", AT_LEAST_ONCE);

        publisher.publish(Message.retained(root + "/door", "open", AT_LEAST_ONCE));
        publisher.publish(Message.retained(root + "/door", "shut", AT_LEAST_ONCE));
        assertThat(early.next().retain()).as("forwarded, not from the store").isFalse();
        assertThat(early.next().retain()).isFalse();

        Guest late = connect();
        late.subscribe(root + "/#", AT_LEAST_ONCE);
        Message stored = late.next();
        assertThat(stored.text()).isEqualTo("shut");
        assertThat(stored.retain()).isTrue();
        assertThat(stored.qos()).isEqualTo(AT_LEAST_ONCE);

        publisher.publish(Message.retained(root + "/door", "", AT_LEAST_ONCE));
        assertThat(late.next().payload()).as("clearing is a message too").isEmpty();

        Guest later = connect();
        later.subscribe(root + "/#", AT_LEAST_ONCE);
        publisher.publish(Message.of(root + "/end", "end", AT_LEAST_ONCE));
        assertThat(later.textsBefore("end")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void the_will_of_a_client_that_vanishes_is_published(Qos qos) throws Exception {
        Guest witness = connect();
        witness.subscribe(root + "/#", EXACTLY_ONCE);
        Guest mortal = connect(Options.clean(freshClientId()).withWill(will(qos, false)));

        mortal.vanish();

        Message will = witness.next();
        assertThat(will.topic()).isEqualTo(root + "/will");
        assertThat(will.text()).isEqualTo("farewell");
        assertThat(will.qos()).isEqualTo(qos);
    }

    @Test
    void a_retained_will_is_found_by_later_subscribers() throws Exception {
        Guest witness = connect();
        witness.subscribe(root + "/will", AT_LEAST_ONCE);
        connect(Options.clean(freshClientId()).withWill(will(AT_LEAST_ONCE, true)))
                .vanish();
        witness.next();

        Guest late = connect();
        late.subscribe(root + "/will", AT_LEAST_ONCE);
        Message will = late.next();
        assertThat(will.text()).isEqualTo("farewell");
        assertThat(will.retain()).isTrue();
        late.publish(Message.retained(root + "/will", "", AT_LEAST_ONCE));
    }

    @Test
    void disconnect_takes_the_will_back() throws Exception {
        Guest witness = connect();
        witness.subscribe(root + "/#", AT_LEAST_ONCE);
        String clientId = freshClientId();
        connect(Options.clean(clientId).withWill(will(AT_LEAST_ONCE, false))).disconnect();

        // Whoever is connected under the same Client Identifier comes after that disconnect has been seen.
        connect(Options.clean(clientId)).publish(Message.of(root + "/end", "end", AT_LEAST_ONCE));

        assertThat(witness.textsBefore("end")).isEmpty();
    }

    @Test
    void a_resumed_session_is_given_all_that_was_published_meanwhile_in_order() throws Exception {
        Guest sleeper = connect(Options.lasting(freshClientId()));
        Guest publisher = connect();
        assertThat(sleeper.sessionPresent()).isFalse();
        sleeper.subscribe(root + "/one", AT_LEAST_ONCE);
        sleeper.subscribe(root + "/two", EXACTLY_ONCE);
        sleeper.disconnect();
        for (int i = 0; i < 50; i++) {
            publisher.publish(Message.of(root + "/one", "one " + i, AT_LEAST_ONCE));
            publisher.publish(Message.of(root + "/two", "two " + i, EXACTLY_ONCE));
        }

        sleeper.comeBack();

        assertThat(knowsSession(sleeper)).isTrue();
        Map<Qos, List<String>> received = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            Message message = sleeper.next();
            received.computeIfAbsent(message.qos(), _ -> new ArrayList<>()).add(message.text());
        }
        assertThat(received.get(AT_LEAST_ONCE))
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "one " + i).toList());
        assertThat(received.get(EXACTLY_ONCE))
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "two " + i).toList());
    }

    @Test
    void a_clean_start_forgets_the_session() throws Exception {
        String clientId = freshClientId();
        Guest before = connect(Options.lasting(clientId));
        before.subscribe(root + "/#", AT_LEAST_ONCE);
        before.disconnect();
        Guest publisher = connect();
        publisher.publish(Message.of(root + "/missed", "missed", AT_LEAST_ONCE));

        Guest after = connect(Options.clean(clientId));

        assertThat(after.sessionPresent()).isFalse();
        after.subscribe(root + "/end", AT_LEAST_ONCE);
        publisher.publish(Message.of(root + "/other", "other", AT_LEAST_ONCE));
        publisher.publish(Message.of(root + "/end", "end", AT_LEAST_ONCE));
        assertThat(after.textsBefore("end")).isEmpty();
    }

    @Test
    void a_qos_1_message_whose_acknowledgement_was_lost_is_sent_again() throws Exception {
        Guest subscriber = connect(Options.lasting(freshClientId()));
        Guest publisher = connect();
        subscriber.subscribe(root, AT_LEAST_ONCE);
        subscriber.wire().loseTowardsBroker();
        publisher.publish(Message.of(root, "precious", AT_LEAST_ONCE));
        assertThat(subscriber.next().text()).isEqualTo("precious");
        subscriber.wire().awaitLoss();

        subscriber.vanish();
        subscriber.comeBack();

        assertThat(subscriber.next().text()).isEqualTo("precious");
    }

    @Test
    void a_qos_2_message_whose_acknowledgement_was_lost_arrives_exactly_once() throws Exception {
        Guest subscriber = connect(Options.lasting(freshClientId()));
        Guest publisher = connect();
        subscriber.subscribe(root, EXACTLY_ONCE);
        subscriber.wire().loseTowardsBroker();
        publisher.publish(Message.of(root, "once", EXACTLY_ONCE));
        subscriber.wire().awaitLoss();

        subscriber.vanish();
        subscriber.comeBack();
        publisher.publish(Message.of(root, "end", EXACTLY_ONCE));

        List<String> received = subscriber.textsBefore("end");
        assertThat(received).containsOnly("once");
        assertThat(received.size()).isEqualTo(recognisesResentMessages() ? 1 : 2);
    }

    @Test
    void a_qos_2_publish_whose_acknowledgement_was_lost_is_routed_exactly_once() throws Exception {
        Guest subscriber = connect();
        subscriber.subscribe(root, EXACTLY_ONCE);
        Guest publisher = connect(Options.lasting(freshClientId()));
        publisher.wire().loseTowardsClient();
        Future<?> _ = publisher.publishing(Message.of(root, "once", EXACTLY_ONCE));
        publisher.wire().awaitLoss();

        publisher.vanish();
        publisher.comeBack();
        publisher.publish(Message.of(root, "end", EXACTLY_ONCE));

        assertThat(subscriber.textsBefore("end")).containsExactly("once");
    }

    @Test
    void a_second_connection_takes_the_session_over() throws Exception {
        String clientId = freshClientId();
        Guest first = connect(Options.lasting(clientId));
        first.subscribe(root, AT_LEAST_ONCE);

        Guest second = connect(Options.lasting(clientId));

        first.awaitClosed();
        assertThat(knowsSession(second)).isTrue();
        connect().publish(Message.of(root, "to the second", AT_LEAST_ONCE));
        assertThat(second.next().text()).isEqualTo("to the second");
    }

    @Test
    void a_shared_subscription_gives_each_message_to_one_of_its_members() throws Exception {
        Guest one = connect();
        Guest other = connect();
        Guest publisher = connect();
        for (Guest member : List.of(one, other)) {
            member.subscribe("$share/workers/" + root + "/jobs/+", AT_LEAST_ONCE);
            member.subscribe(root + "/end", AT_LEAST_ONCE);
        }
        List<String> jobs = IntStream.range(0, 40).mapToObj(i -> "job " + i).toList();
        for (String job : jobs) {
            publisher.publish(Message.of(root + "/jobs/x", job, AT_LEAST_ONCE));
        }
        publisher.publish(Message.of(root + "/end", "end", AT_LEAST_ONCE));

        List<String> done = new ArrayList<>(one.textsBefore("end"));
        List<String> doneByOther = other.textsBefore("end");
        assertThat(done).isNotEmpty();
        assertThat(doneByOther).isNotEmpty();
        done.addAll(doneByOther);
        assertThat(done).containsExactlyInAnyOrderElementsOf(jobs);
    }

    /** MQTT 3.1 has no such flag: there it is taken for granted. */
    boolean knowsSession(Guest guest) {
        return guest.sessionPresent();
    }

    /** Whether the library does its part of QoS 2, MQTT5-4.3.3-10: to know a message by its Packet Identifier. */
    boolean recognisesResentMessages() {
        return true;
    }

    final Will will(Qos qos, boolean retain) {
        return new Will(
                qos,
                retain,
                TopicName.of(root + "/will"),
                PublishProperties.NONE,
                0,
                Publish.ABSENT,
                "farewell".getBytes(StandardCharsets.UTF_8));
    }
}
