package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CopiesTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final Copies copies = new Copies();

    private static Message message(int bytes) {
        return new Message(
                TopicName.of("t"), new byte[bytes], Qos.AT_MOST_ONCE, false, PublishProperties.NONE, "", Message.NEVER);
    }

    @Test
    void aSmallPayloadIsNeverShared() {
        Message small = message(Copies.SHARE_FROM - 1);
        for (int i = 0; i < 3; i++) {
            assertThat(copies.share(small, allocator)).isNull();
        }
    }

    @Test
    void theSecondSubscriberOfALargeOneMakesTheCopyThatAllOthersShare() {
        Message large = message(Copies.SHARE_FROM);
        assertThat(copies.share(large, allocator)).isNull();
        ByteBuf second = Objects.requireNonNull(copies.share(large, allocator));
        ByteBuf third = Objects.requireNonNull(copies.share(large, allocator));
        assertThat(second.readableBytes()).isEqualTo(Copies.SHARE_FROM);
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(Copies.SHARE_FROM);
        second.readByte();
        assertThat(third.readableBytes()).as("each reads for itself").isEqualTo(Copies.SHARE_FROM);
        copies.release();
        second.release();
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(Copies.SHARE_FROM);
        assertThat(copies.bytes()).isEqualTo(Copies.SHARE_FROM);
        third.release();
        copies.look();
        assertThat(copies.bytes()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void theNextMessageLetsTheLastOneGo() {
        Message first = message(1000);
        copies.share(first, allocator);
        Objects.requireNonNull(copies.share(first, allocator)).release();
        assertThat(copies.share(message(1000), allocator)).isNull();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        copies.release();
        copies.release();
    }
}
