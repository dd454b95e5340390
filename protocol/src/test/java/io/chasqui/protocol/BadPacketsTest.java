package io.chasqui.protocol;

import io.chasqui.protocol.BadSamples.BadSample;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The decoder against the table of bad packets. */
class BadPacketsTest {
    static List<BadSample> samples() {
        return BadSamples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void refuses(BadSample sample) {
        Decoding.refused(sample.to(), sample.version(), sample.bytes(), sample.reason(), sample.statement());
    }
}
