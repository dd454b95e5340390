package io.chasqui.server.bench;

import io.chasqui.client.transport.Wire;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;

/** A wire that keeps what is written, and takes as many messages as the test says. */
final class ListWire implements Wire {
    final List<Packet> written = new ArrayList<>();
    int room = Integer.MAX_VALUE; // messages

    List<Publish> messages() {
        return written.stream()
                .filter(Publish.class::isInstance)
                .map(Publish.class::cast)
                .toList();
    }

    @Override
    public void maximumPacketSize(long bytes) {}

    @Override
    public boolean write(Packet packet) {
        return written.add(packet);
    }

    @Override
    public void publish(
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            PublishProperties properties,
            long messageExpirySeconds,
            int topicAlias,
            byte[] payload) {
        room--;
        written.add(new Publish(dup, qos, retain, topic, packetId, payload.clone()));
    }

    @Override
    public boolean isWritable() {
        return room > 0;
    }

    @Override
    public long lastWriteNanos() {
        return 0;
    }

    @Override
    public void pauseReading() {}

    @Override
    public void resumeReading() {}

    @Override
    public void close() {}

    @Override
    public void abort(Throwable why) {}
}
