package io.chasqui.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopicTableTest {
    private final TopicTable table = new TopicTable(1_024);

    @Test
    void answersAKnownTopicWithTheSameInstance() throws ProtocolException {
        for (int length = 1; length <= TopicTable.LONGEST; length++) {
            TopicName topic = get(table, text(length));
            assertThat(topic.name()).isEqualTo(text(length));
            assertThat(topic.utf8()).isEqualTo(text(length).getBytes(StandardCharsets.UTF_8));
            assertThat(get(table, text(length))).isSameAs(topic);
        }
    }

    @Test
    void doesNotKeepLongTopics() throws ProtocolException {
        String longTopic = text(TopicTable.LONGEST + 1);
        assertThat(get(table, longTopic)).isEqualTo(get(table, longTopic)).isNotSameAs(get(table, longTopic));
    }

    @Test
    void tellsTopicsApartThatDifferInOneByte() throws ProtocolException {
        for (int length = 1; length <= 40; length++) {
            TopicName topic = get(table, text(length));
            for (int i = 0; i < length; i++) {
                StringBuilder other = new StringBuilder(text(length));
                other.setCharAt(i, '~');
                assertThat(get(table, other.toString()).name()).isEqualTo(other.toString());
                assertThat(get(table, text(length))).isEqualTo(topic);
            }
        }
    }

    /** Nothing is right but the bytes between index and index + length. */
    @Test
    void looksAtNothingAroundTheTopic() throws ProtocolException {
        Random random = new Random(1);
        for (int length = 1; length <= 64; length++) {
            TopicName topic = get(table, text(length));
            for (int i = 0; i < 20; i++) {
                byte[] around = new byte[16];
                random.nextBytes(around);
                ByteBuf in = Unpooled.buffer();
                in.writeBytes(around).writeCharSequence(text(length), StandardCharsets.UTF_8);
                in.writeBytes(around);
                assertThat(table.get(in, 16, length)).isSameAs(topic);
            }
        }
    }

    @Test
    void readsATopicAtTheVeryEndOfItsBuffer() throws ProtocolException {
        for (int length = 1; length <= 40; length++) {
            byte[] bytes = text(length).getBytes(StandardCharsets.UTF_8);
            TopicName topic = table.get(Unpooled.wrappedBuffer(bytes), 0, length);
            ByteBuf direct =
                    ByteBufAllocator.DEFAULT.directBuffer(length, length).writeBytes(bytes);
            assertThat(table.get(direct, 0, length)).isSameAs(topic);
            direct.release();
        }
    }

    /** Tags of 32 bits: among 400,000 random topics some 19 pairs have equal ones. */
    @Test
    void tellsTopicsWithEqualTagsApart() throws ProtocolException {
        for (int length : new int[] {7, 8, 15, 16}) {
            TopicTable oneSet = new TopicTable(8);
            Map<Integer, String> byTag = new HashMap<>();
            Random random = new Random(length);
            int collisions = 0;
            for (int i = 0; i < 400_000; i++) {
                StringBuilder name = new StringBuilder("same-start/".substring(0, Math.min(8, length - 7)));
                while (name.length() < length) {
                    name.append((char) ('a' + random.nextInt(26)));
                }
                String topic = name.toString();
                String other = byTag.put(tag(oneSet, topic), topic);
                if (other != null && !other.equals(topic)) {
                    assertThat(get(oneSet, topic).name()).isEqualTo(topic);
                    assertThat(get(oneSet, other).name()).isEqualTo(other);
                    assertThat(get(oneSet, topic).name()).isEqualTo(topic);
                    collisions++;
                }
            }
            assertThat(collisions).isPositive();
        }
    }

    /** A topic of 16 bytes, and the same with 8 more behind it that give it the same hash. */
    @Test
    void tellsATopicFromALongerOneWithTheSameHash() throws ProtocolException {
        Random random = new Random(3);
        for (int tries = 0; tries < 1_000_000; tries++) {
            ByteBuf topic = Unpooled.buffer(24);
            for (int i = 0; i < 16; i++) {
                topic.writeByte('a' + random.nextInt(26));
            }
            long first = topic.getLongLE(0);
            long second = topic.getLongLE(8);
            long ofShort = TopicTable.mix(TopicTable.seed(16), first);
            long ofLong = TopicTable.mix(TopicTable.mix(TopicTable.seed(24), first), second);
            topic.writeLongLE(Long.rotateLeft(ofShort, 27) ^ second ^ Long.rotateLeft(ofLong, 27));
            String longer = topic.toString(StandardCharsets.US_ASCII);
            if (longer.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '+' && c != '#')) {
                String shorter = longer.substring(0, 16);
                assertThat(table.load(topic, 0, 24)).isEqualTo(table.load(topic, 0, 16));
                assertThat(get(table, longer).name()).isEqualTo(longer);
                assertThat(get(table, shorter).name()).isEqualTo(shorter);
                assertThat(get(table, longer).name()).isEqualTo(longer);
                return;
            }
        }
        fail("no such topic");
    }

    private static int tag(TopicTable table, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return (int) (table.load(Unpooled.wrappedBuffer(bytes), 0, bytes.length) >>> 32);
    }

    @Test
    void staysRightWithMoreTopicsThanEntries() throws ProtocolException {
        TopicTable small = new TopicTable(16);
        Random random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            String name = "t/" + random.nextInt(100);
            assertThat(get(small, name).name()).isEqualTo(name);
        }
    }

    @Test
    void keepsTopicsInUseWhileOthersPassThrough() throws ProtocolException {
        TopicTable small = new TopicTable(8); // one set
        TopicName inUse = get(small, "in/use");
        for (int i = 0; i < 1_000; i++) {
            assertThat(get(small, "in/use")).isSameAs(inUse);
            get(small, "once/" + i);
        }
    }

    @Test
    void refusesWhatIsNoTopicName() throws ProtocolException {
        for (String bad : new String[] {"a/+", "#", "a\0b", "12345678#"}) {
            for (int i = 0; i < 2; i++) { // was not kept the first time
                assertThatThrownBy(() -> get(table, bad)).isInstanceOf(ProtocolException.class);
            }
        }
    }

    private static TopicName get(TopicTable table, String name) throws ProtocolException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return table.get(Unpooled.wrappedBuffer(new byte[3], bytes, new byte[3]), 3, bytes.length);
    }

    private static String text(int length) {
        return "site/building-7/floor/3/sensor/".repeat(20).substring(0, length);
    }
}
