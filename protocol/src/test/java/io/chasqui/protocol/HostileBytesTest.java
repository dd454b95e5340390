package io.chasqui.protocol;

import io.chasqui.protocol.PacketDecoder.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes: a packet, a wait for more, or a {@link ProtocolException}; see {@link DecoderProperty}. */
class HostileBytesTest {
    @Property(tries = 2_000)
    void survivesRandomBytes(@ForAll @Size(max = 64) byte[] bytes) {
        DecoderProperty.check(bytes);
    }

    /** Random bodies behind a header that is right get further than random bytes. */
    @Property(tries = 2_000)
    void survivesRandomBodies(@ForAll("firstBytes") int firstByte, @ForAll @Size(max = 120) byte[] body) {
        byte[] packet = new byte[2 + body.length];
        packet[0] = (byte) firstByte;
        packet[1] = (byte) body.length;
        System.arraycopy(body, 0, packet, 2, body.length);
        DecoderProperty.check(packet);
    }

    @Provide
    Arbitrary<Integer> firstBytes() {
        return Arbitraries.oneOf(
                Arbitraries.of(0x10, 0x20, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xA2, 0xB0, 0xE0, 0xF0),
                Arbitraries.integers().between(0x30, 0x3D));
    }

    /** Good packets with a few bytes changed, put in or taken out. */
    @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
    void survivesMutations(@ForAll("samples") byte[] sample, @ForAll long seed) {
        DecoderProperty.check(mutated(sample, new Random(seed)));
    }

    @Provide
    Arbitrary<byte[]> samples() {
        List<byte[]> samples = new ArrayList<>();
        for (Samples.Sample sample : Samples.all()) {
            if (sample.bytes().length < 1_000) {
                samples.add(sample.bytes());
            }
        }
        List<Arbitrary<byte[]>> each = new ArrayList<>();
        each.add(Arbitraries.of(samples));
        for (MqttVersion version : MqttVersion.values()) {
            for (boolean toServer : new boolean[] {true, false}) {
                each.add(PacketArbitraries.packets(version, toServer).map(packet -> Wire.encode(packet, version)));
            }
        }
        return Arbitraries.oneOf(each);
    }

    private static byte[] mutated(byte[] packet, Random random) {
        byte[] bytes = packet.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
                default -> bytes = random.nextBoolean() ? without(bytes, at) : with(bytes, at, (byte) random.nextInt());
            }
        }
        return bytes;
    }

    private static byte[] without(byte[] bytes, int at) {
        byte[] shorter = new byte[bytes.length - 1];
        System.arraycopy(bytes, 0, shorter, 0, at);
        System.arraycopy(bytes, at + 1, shorter, at, shorter.length - at);
        return shorter;
    }

    private static byte[] with(byte[] bytes, int at, byte added) {
        byte[] longer = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, longer, 0, at);
        longer[at] = added;
        System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
        return longer;
    }

    static List<Samples.Sample> shortSamples() {
        return Samples.all().stream().filter(s -> s.bytes().length < 130).toList();
    }

    /** Every byte of every sample at its extremes, and every packet cut short with its length put right. */
    @ParameterizedTest
    @MethodSource("shortSamples")
    void survivesEveryByteChangedAndEveryCut(Samples.Sample sample) {
        Role role = sample.to() == null ? Role.SERVER : sample.to();
        MqttVersion version = sample.packet() instanceof Connect ? null : sample.version();
        for (int i = 0; i < sample.bytes().length; i++) {
            for (int value : new int[] {0, 1, 0x7F, 0x80, 0xFF, sample.bytes()[i] + 1, sample.bytes()[i] - 1}) {
                byte[] changed = sample.bytes().clone();
                changed[i] = (byte) value;
                DecoderProperty.check(role, version, changed);
            }
        }
        for (int length = 2; length < sample.bytes().length; length++) {
            byte[] cut = Arrays.copyOf(sample.bytes(), length);
            cut[1] = (byte) (length - 2);
            DecoderProperty.check(role, version, cut);
        }
    }
}
