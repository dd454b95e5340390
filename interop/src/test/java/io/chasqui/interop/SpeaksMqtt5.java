package io.chasqui.interop;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.UserProperty;
import io.chasqui.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a client library of MQTT 5 can do beyond {@link SpeaksMqtt}. */
abstract class SpeaksMqtt5 extends SpeaksMqtt {
    SpeaksMqtt5(BrokerUnderTest broker, Client.Library library) {
        super(broker, library);
    }

    @Test
    void all_properties_of_a_message_arrive_as_they_were_sent() throws Exception {
        Guest guest = connect();
        guest.subscribe(root, AT_LEAST_ONCE);
        guest.publish(Message.of(root, "¡hola!", AT_LEAST_ONCE).with(allProperties()));
        assertSame(guest.next().properties(), allProperties());
    }

    @Test
    void properties_outlive_the_connection_of_the_receiver() throws Exception {
        Guest sleeper = connect(Options.lasting(freshClientId()));
        sleeper.subscribe(root, EXACTLY_ONCE);
        sleeper.disconnect();
        connect()
                .publish(Message.of(root, "later", EXACTLY_ONCE)
                        .with(allProperties())
                        .expiringIn(1_000));
        sleeper.comeBack();

        Message message = sleeper.next();
        assertSame(message.properties(), allProperties());
        assertThat(message.expirySeconds()).isBetween(900L, 1_000L);
    }

    @Test
    void properties_of_a_retained_message_are_kept_with_it() throws Exception {
        Guest publisher = connect();
        publisher.publish(Message.retained(root, "kept", AT_LEAST_ONCE)
                .with(allProperties())
                .expiringIn(1_000));

        Guest subscriber = connect();
        subscriber.subscribe(root, AT_LEAST_ONCE);

        Message message = subscriber.next();
        assertSame(message.properties(), allProperties());
        assertThat(message.expirySeconds()).isBetween(900L, 1_000L);
        publisher.publish(Message.retained(root, "", AT_LEAST_ONCE));
    }

    @Test
    void properties_of_a_will_are_published_with_it() throws Exception {
        Guest witness = connect();
        witness.subscribe(root + "/will", AT_LEAST_ONCE);
        byte[] payload = "farewell".getBytes(StandardCharsets.UTF_8);
        Will will = new Will(
                AT_LEAST_ONCE, false, TopicName.of(root + "/will"), allProperties(), 0, Publish.ABSENT, payload);

        connect(Options.clean(freshClientId()).withWill(will)).vanish();

        assertSame(witness.next().properties(), allProperties());
    }

    @Test
    void disconnect_with_will_message_publishes_the_will() throws Exception {
        Guest witness = connect();
        witness.subscribe(root + "/will", AT_LEAST_ONCE);
        connect(Options.clean(freshClientId()).withWill(will(AT_LEAST_ONCE, false)))
                .disconnectWithWill();
        assertThat(witness.next().text()).isEqualTo("farewell");
    }

    @Test
    void a_will_with_a_delay_waits_for_the_session_to_be_resumed() throws Exception {
        Guest witness = connect();
        witness.subscribe(root + "/#", AT_LEAST_ONCE);
        byte[] payload = "farewell".getBytes(StandardCharsets.UTF_8);
        TopicName topic = TopicName.of(root + "/will");
        Will will = new Will(AT_LEAST_ONCE, false, topic, PublishProperties.NONE, 1_000, Publish.ABSENT, payload);
        Guest sleeper = connect(Options.lasting(freshClientId()).withWill(will));

        sleeper.vanish();
        sleeper.comeBack();

        sleeper.publish(Message.of(root + "/end", "end", AT_LEAST_ONCE));
        assertThat(witness.textsBefore("end")).isEmpty();
    }

    @Test
    void a_question_is_answered_at_its_response_topic_with_its_correlation_data() throws Exception {
        Guest asker = connect();
        Guest answerer = connect();
        asker.subscribe(root + "/answers", AT_LEAST_ONCE);
        answerer.subscribe(root + "/questions", AT_LEAST_ONCE);
        byte[] number = {4, 2};
        asker.publish(Message.of(root + "/questions", "how many?", AT_LEAST_ONCE)
                .with(new PublishProperties(PublishProperties.ABSENT, null, root + "/answers", number, List.of())));

        PublishProperties question = answerer.next().properties();
        answerer.publish(Message.of(String.valueOf(question.responseTopic()), "three", AT_LEAST_ONCE)
                .with(new PublishProperties(
                        PublishProperties.ABSENT, null, null, question.correlationData(), List.of())));

        Message answer = asker.next();
        assertThat(answer.text()).isEqualTo("three");
        assertThat(answer.properties().correlationData()).isEqualTo(number);
    }

    @Test
    void a_client_without_an_identifier_is_assigned_one() throws Exception {
        Guest guest = connect(Options.clean(""));
        assertThat(guest.clientId()).isNotEmpty();
        guest.subscribe(root, AT_LEAST_ONCE);
        guest.publish(Message.of(root, "to myself", AT_LEAST_ONCE));
        assertThat(guest.next().text()).isEqualTo("to myself");
    }

    @Test
    void who_is_taken_over_is_told_so() throws Exception {
        String clientId = freshClientId();
        Guest first = connect(Options.clean(clientId));
        connect(Options.clean(clientId));
        assertThat(first.awaitClosed()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER.code());
    }

    @Test
    void no_local_keeps_a_clients_own_messages_from_it() throws Exception {
        Guest guest = connect();
        Guest other = connect();
        guest.subscribe(root, new SubscriptionOptions(AT_LEAST_ONCE, true, false, RetainHandling.SEND), 0);
        guest.publish(Message.of(root, "my own", AT_LEAST_ONCE));
        other.publish(Message.of(root, "end", AT_LEAST_ONCE));
        assertThat(guest.textsBefore("end")).isEmpty();
    }

    @Test
    void retain_as_published_keeps_the_flag_of_a_forwarded_message() throws Exception {
        Guest guest = connect();
        guest.subscribe(root, new SubscriptionOptions(AT_LEAST_ONCE, false, true, RetainHandling.SEND), 0);
        guest.publish(Message.retained(root, "flagged", AT_LEAST_ONCE));
        guest.publish(Message.of(root, "plain", AT_LEAST_ONCE));
        assertThat(guest.next().retain()).isTrue();
        assertThat(guest.next().retain()).isFalse();
        guest.publish(Message.retained(root, "", AT_LEAST_ONCE));
    }

    @Test
    void retain_handling_says_which_subscribe_is_sent_retained_messages() throws Exception {
        Guest guest = connect();
        guest.publish(Message.retained(root + "/x", "kept", AT_LEAST_ONCE));

        guest.subscribe(root + "/x", retainHandling(RetainHandling.DO_NOT_SEND), 0);
        guest.publish(Message.of(root + "/x", "not on request", AT_LEAST_ONCE));
        assertThat(guest.textsBefore("not on request")).isEmpty();

        guest.subscribe(root + "/x", retainHandling(RetainHandling.SEND_IF_NEW), 0);
        guest.publish(Message.of(root + "/x", "not new", AT_LEAST_ONCE));
        assertThat(guest.textsBefore("not new")).isEmpty();

        guest.subscribe(root + "/+", retainHandling(RetainHandling.SEND_IF_NEW), 0);
        assertThat(guest.next().text()).isEqualTo("kept");

        guest.subscribe(root + "/+", retainHandling(RetainHandling.SEND), 0);
        assertThat(guest.next().text()).isEqualTo("kept");
        guest.publish(Message.retained(root + "/x", "", AT_LEAST_ONCE));
    }

    @Test
    void a_receive_maximum_of_one_slows_the_deliveries_and_loses_none() throws Exception {
        Guest slow = connect(Options.clean(freshClientId()).withLimits(1, Connect.NO_LIMIT, 0));
        Guest publisher = connect();
        slow.subscribe(root, EXACTLY_ONCE);
        List<String> texts = IntStream.range(0, 50).mapToObj(Integer::toString).toList();
        for (String text : texts) {
            publisher.publish(Message.of(root, text, EXACTLY_ONCE));
        }
        assertThat(slow.nextTexts(texts.size())).isEqualTo(texts);
    }

    @Test
    void a_message_beyond_the_maximum_packet_size_of_a_client_is_not_sent_to_it() throws Exception {
        Guest small = connect(Options.clean(freshClientId()).withLimits(65_535, 2_000, 0));
        Guest large = connect();
        small.subscribe(root, AT_LEAST_ONCE);
        large.subscribe(root, AT_LEAST_ONCE);
        large.publish(Message.of(root, "x".repeat(3_000), AT_LEAST_ONCE));
        large.publish(Message.of(root, "end", AT_LEAST_ONCE));
        assertThat(large.before("end")).hasSize(1);
        assertThat(small.before("end")).isEmpty();
    }

    /** Not what is masked on its way. */
    boolean canBeReadOnTheWire() {
        return true;
    }

    @Test
    void a_topic_alias_of_the_client_stands_for_its_topic() throws Exception {
        Guest publisher = connect(Options.clean(freshClientId()).withLimits(65_535, Connect.NO_LIMIT, 10));
        Guest subscriber = connect();
        subscriber.subscribe(root + "/+", AT_LEAST_ONCE);
        for (int i = 0; i < 30; i++) {
            publisher.publish(Message.of(root + "/" + i % 3, Integer.toString(i % 3), AT_LEAST_ONCE));
        }
        for (int i = 0; i < 30; i++) {
            Message message = subscriber.next();
            assertThat(message.topic()).isEqualTo(root + "/" + i % 3);
            assertThat(message.text()).isEqualTo(Integer.toString(i % 3));
        }
        if (!canBeReadOnTheWire()) {
            return;
        }
        String sent = new String(publisher.wire().sentToBroker().getFirst(), StandardCharsets.ISO_8859_1);
        assertThat(Pattern.compile(Pattern.quote(root)).matcher(sent).results().count())
                .as("the topic is on the wire once for each alias")
                .isEqualTo(3);
    }

    @Test
    void a_client_that_allows_topic_aliases_sees_topics() throws Exception {
        Guest publisher = connect();
        Guest subscriber = connect(Options.clean(freshClientId()).withLimits(65_535, Connect.NO_LIMIT, 2));
        subscriber.subscribe(root + "/+", AT_LEAST_ONCE);
        for (int i = 0; i < 30; i++) {
            publisher.publish(Message.of(root + "/" + i % 3, Integer.toString(i % 3), AT_LEAST_ONCE));
        }
        for (int i = 0; i < 30; i++) {
            Message message = subscriber.next();
            assertThat(message.text()).isEqualTo(Integer.toString(i % 3));
            if (understandsTopicAliases()) {
                assertThat(message.topic()).isEqualTo(root + "/" + i % 3);
            }
        }
    }

    /** Whether the library can do what it says when it allows Topic Aliases. */
    boolean understandsTopicAliases() {
        return true;
    }

    /** In an order that is not the alphabet's, one name twice. */
    List<UserProperty> userProperties() {
        return List.of(
                new UserProperty("b", "first"),
                new UserProperty("a", "second"),
                new UserProperty("b", "third"),
                new UserProperty("ключ", ""),
                new UserProperty("", "🗝"));
    }

    private PublishProperties allProperties() {
        byte[] correlationData = {0, 1, (byte) 0xFE, (byte) 0xFF};
        return new PublishProperties(1, "text/plain; charset=utf-8", "reply/to/me", correlationData, userProperties());
    }

    private static SubscriptionOptions retainHandling(RetainHandling retainHandling) {
        return new SubscriptionOptions(Qos.AT_LEAST_ONCE, false, false, retainHandling);
    }

    /** By value: the record compares its Correlation Data by identity. */
    private static void assertSame(PublishProperties actual, PublishProperties expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }
}
