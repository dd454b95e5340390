package io.chasqui.broker.leaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetectorFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The detector is in use, and bites. */
class NoLeaksTest {
    @Test
    void aBufferThatIsNotReleasedFailsItsBorrower() {
        assertThat(ResourceLeakDetectorFactory.instance().newResourceLeakDetector(Object.class))
                .isInstanceOf(BorrowedResources.class);
        BorrowedResources.begin("the forgetful");
        ByteBuf forgotten = ByteBufAllocator.DEFAULT.buffer(16);
        assertThatThrownBy(() -> NoLeaks.check("the forgetful", Duration.ofMillis(10)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("the forgetful has borrowed");
        forgotten.release();

        BorrowedResources.begin("the careful");
        ByteBufAllocator.DEFAULT.buffer(16).release();
        assertThatCode(() -> NoLeaks.check("the careful", Duration.ZERO)).doesNotThrowAnyException();
    }
}
