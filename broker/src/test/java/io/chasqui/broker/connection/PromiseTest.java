package io.chasqui.broker.connection;

import static io.chasqui.protocol.Qos.AT_LEAST_ONCE;
import static io.chasqui.protocol.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.HeldStore;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Unsubscribe;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is acknowledged is safe, or refused: with a store whose writes end when the test says so. */
class PromiseTest {
    private final HeldStore store = new HeldStore();
    private final House house = new House(2);
    private String publisherId = "";
    private String receiverId = "";

    @BeforeEach
    void homes() {
        house.store = store;
        publisherId = house.nameOn(0);
        receiverId = house.nameOn(1);
        store.prompt = true;
    }

    private Peer client(String clientId) {
        Peer peer = house.open(Hello.v5(clientId).expiry(Connect.NEVER_EXPIRES).connect());
        house.settle();
        peer.take();
        return peer;
    }

    /** A client with a subscription, and from then on writes are held. */
    private Peer receiver(String clientId) {
        Peer peer = client(clientId);
        peer.subscribe(1, "t", EXACTLY_ONCE);
        house.settle();
        peer.take();
        store.prompt = false;
        store.given.clear();
        return peer;
    }

    private void succeed() {
        store.succeed();
        house.settle();
    }

    private void fail() {
        store.fail();
        house.settle();
    }

    @Test
    void mqtt5_4_3_2_4_pubackWaitsUntilTheMessageIsSafe() {
        Peer publisher = client(publisherId);
        Peer receiver = receiver(receiverId);
        publisher.publish("t", "a", AT_LEAST_ONCE, 7);
        house.settle();
        assertThat(receiver.take()).as("delivery does not wait").containsExactly("t=a q1 #1");
        assertThat(publisher.take()).isEmpty();
        succeed();
        assertThat(publisher.take()).containsExactly("PUBACK #7 SUCCESS");
    }

    @Test
    void aMessageThatIsAcknowledgedBeforeItsTurnIsNeverWritten() {
        Peer publisher = client(publisherId);
        Peer receiver = receiver(receiverId);
        publisher.publish("t", "a", AT_LEAST_ONCE, 7);
        house.settle();
        publisher.publish("t", "b", AT_LEAST_ONCE, 8);
        house.settle();
        assertThat(store.given).as("one write is under way, the next gathers").hasSize(1);
        receiver.send(new PubAck(2));
        succeed();
        assertThat(publisher.take()).containsExactly("PUBACK #7 SUCCESS", "PUBACK #8 SUCCESS");
        assertThat(store.given).as("nothing is left to write").hasSize(1);
        assertThat(store.waiting()).isZero();
    }

    @Test
    void aFailingStoreIsARefusal() {
        Peer publisher = client(publisherId);
        receiver(receiverId);
        publisher.publish("t", "a", AT_LEAST_ONCE, 7);
        house.settle();
        fail();
        assertThat(publisher.take()).containsExactly("PUBACK #7 QUOTA_EXCEEDED");
        publisher.publish("t", "b", AT_LEAST_ONCE, 8);
        house.settle();
        assertThat(publisher.take()).as("at once, while it fails").containsExactly("PUBACK #8 QUOTA_EXCEEDED");
        assertThat(house.fates).containsExactly("STORE_UNAVAILABLE t of " + receiverId);
        house.advance(Duration.ofSeconds(2));
        assertThat(store.given).as("what is in memory is given again").hasSize(2);
        assertThat(store.given.get(1)).isEqualTo(store.given.get(0));
        succeed();
        publisher.publish("t", "c", AT_LEAST_ONCE, 9);
        house.settle();
        succeed();
        assertThat(publisher.take()).containsExactly("PUBACK #9 SUCCESS");
    }

    @Test
    void mqtt3_3_3_5_2_aFailingStoreDisconnectsAnMqtt3Publisher() {
        Peer publisher = house.open(Hello.v3(publisherId).connect());
        house.settle();
        receiver(receiverId);
        publisher.publish("t", "a", AT_LEAST_ONCE, 7);
        house.settle();
        fail();
        assertThat(publisher.closed).isTrue();
        assertThat(publisher.take()).doesNotContain("PUBACK #7 SUCCESS");
    }

    @Test
    void mqtt5_4_3_3_8_aQos2MessageAndItsIdentifierAreOneWrite() {
        Peer publisher = client(publisherId);
        Peer receiver = receiver(receiverId);
        publisher.publish("t", "a", EXACTLY_ONCE, 7);
        house.settle();
        assertThat(store.given).hasSize(1);
        assertThat(store.given.getFirst())
                .hasSize(2)
                .hasAtLeastOneElementOfType(Change.Received.class)
                .hasAtLeastOneElementOfType(Change.Owed.class);
        assertThat(publisher.take()).isEmpty();
        assertThat(receiver.take())
                .as("its Packet Identifier could be given to another message after a crash")
                .isEmpty();
        succeed();
        assertThat(publisher.take()).containsExactly("PUBREC #7 SUCCESS");
        assertThat(receiver.take()).containsExactly("t=a q2 #1");
    }

    @Test
    void mqtt5_4_3_3_9_aQos2MessageThatWasNotKeptIsOwedToNobody() {
        Peer publisher = client(publisherId);
        Peer receiver = receiver(receiverId);
        publisher.publish("t", "a", EXACTLY_ONCE, 7);
        house.settle();
        fail();
        assertThat(publisher.take()).containsExactly("PUBREC #7 QUOTA_EXCEEDED");
        assertThat(receiver.take()).isEmpty();
        assertThat(house.fates).containsExactly("STORE_UNAVAILABLE t of " + receiverId);
        house.advance(Duration.ofSeconds(2)); // the empty rest is given again, or nothing is
        while (store.waiting() > 0) {
            succeed();
        }
        publisher.publish("t", "b", EXACTLY_ONCE, 7);
        house.settle();
        succeed();
        assertThat(publisher.take()).as("a new message").containsExactly("PUBREC #7 SUCCESS");
        assertThat(receiver.take()).containsExactly("t=b q2 #2");
    }

    @Test
    void mqtt5_4_4_0_1_aRepetitionHearsWhatTheFirstWouldHave() {
        Peer publisher = client(publisherId);
        receiver(receiverId);
        publisher.publish("t", "a", EXACTLY_ONCE, 7);
        house.settle();
        publisher.vanish();
        Peer again =
                house.open(Hello.v5(publisherId).expiry(Connect.NEVER_EXPIRES).connect());
        again.publish("t", "a", EXACTLY_ONCE, 7);
        house.settle();
        fail();
        store.prompt = true;
        house.advance(Duration.ofSeconds(2));
        assertThat(again.take()).doesNotContain("PUBREC #7 SUCCESS");
    }

    @Test
    void theIdentifierOfAReceiversMessageIsSafeBeforePubrel() {
        Peer publisher = client(publisherId);
        Peer receiver = receiver(receiverId);
        publisher.publish("t", "a", EXACTLY_ONCE, 7);
        house.settle();
        succeed();
        receiver.take();
        receiver.send(new PubRec(1));
        house.settle();
        assertThat(receiver.take()).isEmpty();
        succeed();
        assertThat(receiver.take()).containsExactly("PUBREL #1 SUCCESS");
    }

    @Test
    void pubcompWaitsUntilTheIdentifierIsForgotten() {
        Peer publisher = client(publisherId);
        store.prompt = false;
        publisher.publish("nobody", "a", EXACTLY_ONCE, 7);
        house.settle();
        succeed();
        publisher.take();
        publisher.send(new PubRel(7));
        house.settle();
        assertThat(publisher.take()).isEmpty();
        succeed();
        assertThat(publisher.take()).containsExactly("PUBCOMP #7 SUCCESS");
    }

    @Test
    void connackWaitsUntilTheSessionIsSafe() {
        house.cores();
        store.prompt = false;
        Peer other = house.open(Hello.v5("d").expiry(100).connect());
        house.settle();
        assertThat(other.take()).isEmpty();
        succeed();
        assertThat(other.take()).containsExactly("CONNACK SUCCESS");
    }

    /** MQTT5-3.1.2-22 is about the silence of a client that is listened to. */
    @Test
    void keepAliveDoesNotPassWhileTheBrokerDoesNotRead() {
        house.cores();
        store.prompt = false;
        Peer peer = house.open(Hello.v5("c").keepAlive(10).expiry(100).connect());
        house.advance(Duration.ofSeconds(60));
        assertThat(peer.closed).isFalse();
        succeed();
        assertThat(peer.take()).containsExactly("CONNACK SUCCESS");
        house.advance(Duration.ofSeconds(14));
        assertThat(peer.closed).isFalse();
        house.advance(Duration.ofSeconds(20));
        assertThat(peer.closed).isTrue();
    }

    @Test
    void aSessionThatCannotBeKeptIsRefused() {
        house.cores();
        Peer peer = house.open(Hello.v5("c").expiry(100).connect());
        store.prompt = false;
        house.settle();
        fail();
        assertThat(peer.take()).containsExactly("CONNACK QUOTA_EXCEEDED");
        assertThat(peer.closed).isTrue();
        Peer clean = house.open(Hello.v5("d").clean().connect());
        house.settle();
        assertThat(clean.take()).as("needs no store").containsExactly("CONNACK SUCCESS");
    }

    @Test
    void subackAndUnsubackWait() {
        Peer peer = client("c");
        store.prompt = false;
        peer.subscribe(1, "x", AT_LEAST_ONCE);
        house.settle();
        assertThat(peer.take()).isEmpty();
        succeed();
        assertThat(peer.take()).containsExactly("SUBACK #1 [GRANTED_QOS_1]");
        peer.send(new Unsubscribe(2, List.of("x")));
        house.settle();
        assertThat(peer.take()).isEmpty();
        succeed();
        assertThat(peer.take()).containsExactly("UNSUBACK #2 [SUCCESS]");
    }

    @Test
    void aSubscriptionThatCannotBeKeptIsRefusedAndGone() {
        Peer peer = client(receiverId);
        store.prompt = false;
        peer.subscribe(1, "x", AT_LEAST_ONCE);
        house.settle();
        fail();
        assertThat(peer.take()).containsExactly("SUBACK #1 [QUOTA_EXCEEDED]");
        store.prompt = true;
        house.advance(Duration.ofSeconds(2));
        Peer publisher = client(publisherId);
        publisher.publish("x", "a", AT_LEAST_ONCE, 1);
        house.settle();
        assertThat(publisher.take()).containsExactly("PUBACK #1 NO_MATCHING_SUBSCRIBERS");
    }

    @Test
    void aRetainedMessageIsSafeBeforeItIsAcknowledgedThoughNobodyWantsIt() {
        Peer publisher = client(publisherId);
        store.prompt = false;
        publisher.retain("t", "a", AT_LEAST_ONCE, 1);
        house.settle();
        assertThat(publisher.take()).isEmpty();
        succeed();
        assertThat(publisher.take()).containsExactly("PUBACK #1 NO_MATCHING_SUBSCRIBERS");
    }

    @Test
    void withoutRoomWhatIsToBeKeptIsRefusedAndTheRestGoesOn() {
        Peer publisher = client(publisherId);
        Peer receiver = receiver(receiverId);
        store.prompt = true;
        publisher.publish("t", "before", AT_LEAST_ONCE, 1);
        house.settle();
        store.room = false;
        publisher.publish("t", "a", AT_LEAST_ONCE, 2);
        publisher.retain("r", "a", AT_LEAST_ONCE, 3);
        publisher.publish("t", "b", EXACTLY_ONCE, 4);
        receiver.send(new PubAck(1));
        house.settle();
        assertThat(publisher.take())
                .containsExactly(
                        "PUBACK #1 SUCCESS",
                        "PUBACK #2 QUOTA_EXCEEDED",
                        "PUBACK #3 QUOTA_EXCEEDED",
                        "PUBREC #4 QUOTA_EXCEEDED");
        assertThat(store.given.getLast()).as("what takes no room is told").hasOnlyElementsOfType(Change.Settled.class);
    }
}
