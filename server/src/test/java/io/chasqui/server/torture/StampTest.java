package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {
    @ParameterizedTest
    @ValueSource(ints = {Stamp.MIN_BYTES, 100, 65_536})
    void aPayloadOfAnyLengthSaysWhoseItIs(int bytes) {
        Stamp stamp = new Stamp(999_999_999, 999_999_999);
        byte[] payload = stamp.payload("12345678901234567890", bytes);
        assertThat(payload).hasSize(bytes);
        assertThat(Stamp.read("12345678901234567890", payload)).isEqualTo(stamp);
    }

    @Test
    void everyBitCounts() {
        byte[] payload = new Stamp(3, 4).payload("run", Stamp.MIN_BYTES);
        for (int bit = 0; bit < payload.length * 8; bit++) {
            payload[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Stamp.read("run", payload)).as("bit %d", bit).isNull();
            payload[bit / 8] ^= (byte) (1 << bit % 8);
        }
        assertThat(Stamp.read("run", payload)).isEqualTo(new Stamp(3, 4));
    }

    @Test
    void whatIsCutOrOfAnotherRunIsNotRead() {
        byte[] payload = new Stamp(3, 4).payload("run", Stamp.MIN_BYTES);
        assertThat(Stamp.read("other", payload)).isNull();
        assertThat(Stamp.read("run", Arrays.copyOf(payload, payload.length - 1)))
                .isNull();
        assertThat(Stamp.read("run", new byte[3])).isNull();
    }
}
