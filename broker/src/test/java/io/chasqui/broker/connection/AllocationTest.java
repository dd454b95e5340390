package io.chasqui.broker.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.TopicName;
import io.chasqui.protocol.TopicTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a message leaves to the garbage collector between the bytes that come and the bytes that go, both clients being at home on one
 * loop. Compared with what making the message takes, so it does not depend on the JVM's headers.
 */
class AllocationTest {
    private static final int ROUNDS = 5_000;
    private static final int PAYLOAD = 64;

    private static final ByteBufAllocator UNTRACKED = new UnpooledByteBufAllocator(false, true); // by the leak detector

    private final House house = new House(1);
    private final ByteBuf in = UNTRACKED.buffer();
    private final EncodingWire toSubscriber = new EncodingWire();
    private final TopicName topic = TopicName.of("greenhouse/bed/1");
    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Role.SERVER, Connect.NO_LIMIT, new TopicTable(64));
    private final Connection publisher = connect("publisher", new EncodingWire());
    private final Object[] made = new Object[3]; // so that it is really made

    /** One round. */
    private interface Round {
        void run() throws ProtocolException;
    }

    private Connection connect(String clientId, Wire wire) {
        Connect connect = Connect.of(MqttVersion.V5, clientId, true, 0);
        Peer from = Peer.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000));
        Connection connection = house.home(clientId).open(connect, wire, from, "mqtt");
        house.settle();
        return connection;
    }

    @Test
    void aMessageOfQos0AllocatesItselfAndNothingElse() throws ProtocolException {
        Connection subscriber = connect("subscriber", toSubscriber);
        subscriber.onPacket(new Subscribe(
                1, List.of(new Subscribe.Entry("greenhouse/#", new SubscriptionOptions(Qos.AT_MOST_ONCE)))));
        house.settle();
        PacketEncoder.encode(Connect.of(MqttVersion.V5, "publisher", true, 0), MqttVersion.V5, in);
        assertThat(decoder.decode(in)).isInstanceOf(Connect.class);
        PacketEncoder.encode(
                new Publish(false, Qos.AT_MOST_ONCE, false, topic, 0, new byte[PAYLOAD]), MqttVersion.V5, in.clear());

        long itself = allocated(this::make);
        allocated(this::pass); // caches fill
        long bytes = allocated(this::pass);

        assertThat(toSubscriber.published).isEqualTo(2 * ROUNDS);
        assertThat(bytes).as("bytes allocated in %s rounds", ROUNDS).isLessThan(itself + ROUNDS);
    }

    private void make() {
        byte[] payload = new byte[PAYLOAD];
        made[0] = payload;
        made[1] = new Publish(false, Qos.AT_MOST_ONCE, false, topic, 0, payload);
        made[2] = new Message(topic, payload, Qos.AT_MOST_ONCE, false, PublishProperties.NONE, "p", Message.NEVER);
    }

    private void pass() throws ProtocolException {
        @Nullable Packet packet = decoder.decode(in.readerIndex(0));
        publisher.onPacket(Objects.requireNonNull(packet));
        publisher.onReceived();
    }

    private static long allocated(Round round) throws ProtocolException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Encodes into one buffer, again and again. */
    private static final class EncodingWire implements Wire {
        private final ByteBuf out = UNTRACKED.directBuffer(1024, 1024);
        int published;

        @Override
        public boolean write(Packet packet) {
            return true;
        }

        @Override
        public void publish(
                Message message,
                boolean dup,
                Qos qos,
                boolean retain,
                TopicName topic,
                int packetId,
                long expirySeconds,
                int topicAlias,
                int[] subscriptionIds) {
            PacketEncoder.encodePublish(
                    out.clear(),
                    MqttVersion.V5,
                    dup,
                    qos,
                    retain,
                    topic,
                    packetId,
                    message.properties(),
                    expirySeconds,
                    topicAlias,
                    subscriptionIds,
                    message.payload());
            published++;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public long unsentBytes() {
            return 0;
        }

        @Override
        public void pauseReading() {}

        @Override
        public void resumeReading() {}

        @Override
        public void close() {}
    }
}
