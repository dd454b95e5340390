package io.chasqui.protocol;

import io.chasqui.protocol.PacketDecoder.Role;
import java.util.Arrays;

/**
 * Fuzz target: the bytes of one Network Connection. The first byte says whose and of which version, the others are what the
 * decoder is given; {@link DecoderProperty} is what must hold. See docs/fuzzing.md.
 */
public final class DecoderFuzz {
    private DecoderFuzz() {}

    /** Called by Jazzer with one input after the other, and by {@link FuzzCorpusTest} with those that are kept. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        switch (input[0] & 0x07) {
            case 1 -> DecoderProperty.check(Role.SERVER, MqttVersion.V5, bytes);
            case 2 -> DecoderProperty.check(Role.CLIENT, MqttVersion.V5, bytes);
            case 3 -> DecoderProperty.check(Role.SERVER, MqttVersion.V3_1_1, bytes);
            case 4 -> DecoderProperty.check(Role.CLIENT, MqttVersion.V3_1_1, bytes);
            case 5 -> DecoderProperty.check(Role.SERVER, MqttVersion.V3_1, bytes);
            case 6 -> DecoderProperty.check(Role.CLIENT, MqttVersion.V3_1, bytes);
            default -> DecoderProperty.check(Role.SERVER, null, bytes);
        }
    }
}
