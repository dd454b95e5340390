package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a client library of somebody else's has sent on one Network Connection, byte for byte.
 *
 * @param name library and scenario
 */
record Capture(String name, byte[] bytes) {
    /** One packet of it, decoded and as it was sent. */
    record Sent(Packet packet, byte[] bytes) {}

    /** All that are kept, see {@code captures/README.md}. */
    static List<Capture> all() throws IOException, URISyntaxException {
        Path directory = Path.of(
                Objects.requireNonNull(Capture.class.getResource("/captures")).toURI());
        try (Stream<Path> files = Files.walk(directory)) {
            List<Capture> captures = new ArrayList<>();
            for (Path file : files.filter(file -> file.toString().endsWith(".bin"))
                    .sorted()
                    .toList()) {
                captures.add(new Capture(directory.relativize(file).toString(), Files.readAllBytes(file)));
            }
            return captures;
        }
    }

    /** The version that its CONNECT names. */
    MqttVersion version() throws ProtocolException {
        return ((Connect) packets().getFirst().packet()).version();
    }

    /** The whole conversation; a client does not leave in the middle of a packet. */
    List<Sent> packets() throws ProtocolException {
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Role.SERVER, Connect.NO_LIMIT, TopicNames.UNCACHED);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        List<Sent> packets = new ArrayList<>();
        while (in.isReadable()) {
            int start = in.readerIndex();
            Packet packet = decoder.decode(in);
            assertThat(packet).as("packet at byte " + start + " of " + name).isNotNull();
            packets.add(new Sent(packet, Arrays.copyOfRange(bytes, start, in.readerIndex())));
        }
        return packets;
    }

    @Override
    public String toString() {
        return name;
    }
}
