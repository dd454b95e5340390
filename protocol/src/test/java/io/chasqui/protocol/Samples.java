package io.chasqui.protocol;

import io.chasqui.protocol.PacketDecoder.Role;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of good packets: what each looks like on the wire and what it means. Every packet, in every version that has it,
 * with every property. Encoder and decoder are held to the same lines; {@link BadSamples} is its counterpart.
 */
class Samples {
    static final UserProperty AB = new UserProperty("a", "b");
    static final String AB_BYTES = " 26 'a' 'b' ";

    private final List<Sample> samples = new ArrayList<>();

    /**
     * @param to who may receive it; null for both
     * @param canonical whether we write it so, or only read it
     */
    record Sample(
            String name, MqttVersion version, @Nullable Role to, boolean canonical, byte[] bytes, Packet packet) {
        /** The decoder that reads it; a server's does not know the version before CONNECT. */
        PacketDecoder decoder() {
            return Wire.decoder(to == null ? Role.SERVER : to, packet instanceof Connect ? null : version);
        }

        @Override
        public String toString() {
            return name + " (" + version + ")";
        }
    }

    static List<Sample> all() {
        return Stream.<Samples>of(new HandshakeSamples(), new MessageSamples(), new SubscriptionSamples())
                .flatMap(table -> table.samples.stream())
                .toList();
    }

    final void server(MqttVersion version, String name, String bytes, Packet packet) {
        samples.add(new Sample(name, version, Role.SERVER, true, Wire.packet(bytes), packet));
    }

    final void client(MqttVersion version, String name, String bytes, Packet packet) {
        samples.add(new Sample(name, version, Role.CLIENT, true, Wire.packet(bytes), packet));
    }

    final void both(MqttVersion version, String name, String bytes, Packet packet) {
        samples.add(new Sample(name, version, null, true, Wire.packet(bytes), packet));
    }

    /** What is read but not written. */
    final void read(MqttVersion version, @Nullable Role to, String name, String bytes, Packet packet) {
        samples.add(new Sample(name, version, to, false, Wire.packet(bytes), packet));
    }

    static PublishProperties messageProperties() {
        return new PublishProperties(1, "c", "r", new byte[] {1, 2}, List.of(AB, AB));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
