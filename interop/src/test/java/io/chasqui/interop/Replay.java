package io.chasqui.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PacketDecoder;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.TopicNames;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says again to a live broker what a {@link Capture} has said, packet by packet, and expects of each the answer that the
 * standard asks for. Acknowledgements are of what the broker sends now: they wait for it and take its Packet Identifier.
 */
final class Replay implements AutoCloseable {
    private final Capture capture;
    private final BrokerUnderTest broker;
    private final int pieceBytes;
    private final Socket socket;
    private final PacketDecoder decoder =
            new PacketDecoder(PacketDecoder.Role.CLIENT, Connect.NO_LIMIT, TopicNames.UNCACHED);
    private final ByteBuf received = Unpooled.buffer();

    /** What the broker has sent and nothing has asked for yet. */
    private final Queue<Packet> unread = new ArrayDeque<>();

    /** Recorded acknowledgements of what the broker has not sent yet. */
    private final Queue<Capture.Sent> owed = new ArrayDeque<>();

    /** @param pieceBytes how much is sent at a time, each in a segment of its own */
    Replay(Capture capture, BrokerUnderTest broker, int pieceBytes) throws IOException, ProtocolException {
        this.capture = capture;
        this.broker = broker;
        this.pieceBytes = pieceBytes;
        this.socket = new Socket(broker.host(), broker.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Guest.PATIENCE.toMillis());
        decoder.version(capture.version());
    }

    /** Plays the whole conversation. */
    void play() throws Exception {
        boolean saidGoodbye = false;
        for (Capture.Sent sent : capture.packets()) {
            say(sent);
            saidGoodbye = sent.packet() instanceof Disconnect;
        }
        if (saidGoodbye) {
            awaitEnd();
        } else {
            acknowledgeAll();
            // Whoever is served to the end of its recording is served beyond it.
            write(new byte[] {(byte) 0xC0, 0});
            await(PingResp.class, _ -> true);
        }
    }

    private void say(Capture.Sent sent) throws Exception {
        switch (sent.packet()) {
            // When it was recorded the broker may have delivered earlier or later than it does now.
            case PubAck _, PubRec _, PubComp _ -> owed.add(sent);
            default -> {
                if (sent.packet() instanceof Disconnect) {
                    acknowledgeAll();
                }
                write(sent.bytes());
                awaitAnswer(sent.packet());
            }
        }
        while (!owed.isEmpty() && isDue(owed.peek())) {
            acknowledge(owed.remove());
        }
    }

    /** Whether what it acknowledges has arrived. */
    private boolean isDue(Capture.Sent acknowledgement) {
        return unread.stream()
                .anyMatch(packet -> acknowledgedBy(acknowledgement).test(packet));
    }

    private void acknowledgeAll() throws IOException, ProtocolException {
        while (!owed.isEmpty()) {
            acknowledge(owed.remove());
        }
    }

    private static Predicate<Packet> acknowledgedBy(Capture.Sent acknowledgement) {
        return switch (acknowledgement.packet()) {
            case PubAck _ -> packet -> packet instanceof Publish publish && publish.qos() == Qos.AT_LEAST_ONCE;
            case PubRec _ -> packet -> packet instanceof Publish publish && publish.qos() == Qos.EXACTLY_ONCE;
            default -> packet -> packet instanceof PubRel;
        };
    }

    private void awaitAnswer(Packet packet) throws Exception {
        switch (packet) {
            case Connect _ ->
                assertThat(await(ConnAck.class, _ -> true).reason()).isEqualTo(ReasonCode.SUCCESS);
            case Subscribe subscribe -> {
                SubAck answer = await(SubAck.class, ack -> ack.packetId() == subscribe.packetId());
                assertThat(answer.reasons()).hasSameSizeAs(subscribe.entries()).noneMatch(ReasonCode::isError);
                for (Subscribe.Entry entry : subscribe.entries()) {
                    publishFromElsewhere(entry.filter());
                }
            }
            case Unsubscribe unsubscribe -> {
                UnsubAck answer = await(UnsubAck.class, ack -> ack.packetId() == unsubscribe.packetId());
                assertThat(answer.reasons()).noneMatch(ReasonCode::isError);
            }
            case Publish publish
            when publish.qos() == Qos.AT_LEAST_ONCE ->
                accepted(
                        publish,
                        await(PubAck.class, ack -> ack.packetId() == publish.packetId())
                                .reason());
            case Publish publish
            when publish.qos() == Qos.EXACTLY_ONCE ->
                accepted(
                        publish,
                        await(PubRec.class, ack -> ack.packetId() == publish.packetId())
                                .reason());
            case PubRel release ->
                assertThat(await(PubComp.class, ack -> ack.packetId() == release.packetId())
                                .reason()
                                .isError())
                        .isFalse();
            case PingReq _ -> await(PingResp.class, _ -> true);
            default -> {}
        }
    }

    /** What a client acknowledges and has not published itself was published to {@code in/x}, once at each QoS. */
    private void publishFromElsewhere(String filter) throws Exception {
        if (!filter.endsWith("/in/#")) {
            return;
        }
        Guest elsewhere = Guest.connect(HiveMq3Client::new, broker, Options.clean(broker.freshClientId()));
        try {
            for (Qos qos : Qos.values()) {
                elsewhere.publish(Message.of(filter.replace('#', 'x'), "hi", qos));
            }
        } finally {
            elsewhere.destroy();
        }
    }

    /** A bridge tells of itself under $SYS, which a broker may want for itself (section 4.7.2). */
    private static void accepted(Publish publish, ReasonCode reason) {
        assertThat(reason.isError() && !publish.topic().isDollar())
                .as(publish + ": " + reason)
                .isFalse();
    }

    /** Waits for what a recorded acknowledgement is for, and sends it with the Packet Identifier of today. */
    private void acknowledge(Capture.Sent acknowledgement) throws IOException, ProtocolException {
        Packet acknowledged = await(Packet.class, acknowledgedBy(acknowledgement));
        int packetId =
                acknowledged instanceof Publish publish ? publish.packetId() : ((PubRel) acknowledged).packetId();
        byte[] bytes = acknowledgement.bytes().clone();
        int afterLength = 1;
        while (bytes[afterLength++] < 0) {} // a byte of Remaining Length with its top bit set is not the last
        bytes[afterLength] = (byte) (packetId >> 8);
        bytes[afterLength + 1] = (byte) packetId;
        write(bytes);
    }

    private void write(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        for (int i = 0; i < bytes.length; i += pieceBytes) {
            out.write(bytes, i, Math.min(pieceBytes, bytes.length - i));
        }
    }

    /** The first packet of that kind that nobody has waited for. */
    private <P extends Packet> P await(Class<P> kind, Predicate<P> wanted) throws IOException, ProtocolException {
        for (Iterator<Packet> packets = unread.iterator(); packets.hasNext(); ) {
            Packet packet = packets.next();
            if (kind.isInstance(packet) && wanted.test(kind.cast(packet))) {
                packets.remove();
                return kind.cast(packet);
            }
        }
        while (true) {
            Packet packet = read();
            if (packet == null) {
                throw new AssertionError("the broker has closed the connection instead of sending " + kind);
            }
            if (kind.isInstance(packet) && wanted.test(kind.cast(packet))) {
                return kind.cast(packet);
            }
            unread.add(packet);
        }
    }

    private void awaitEnd() throws IOException, ProtocolException {
        for (Packet packet = read(); packet != null; packet = read()) {
            unread.add(packet);
        }
    }

    /** @return the next packet, or null when the broker has closed the connection */
    private @Nullable Packet read() throws IOException, ProtocolException {
        while (true) {
            Packet packet = decoder.decode(received);
            if (packet != null) {
                assertThat(packet).isNotInstanceOf(Disconnect.class);
                return packet;
            }
            if (received.writeBytes(socket.getInputStream(), 1 << 16) < 0) {
                return null;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        received.release();
    }
}
