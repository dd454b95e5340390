package io.chasqui.client;

import io.chasqui.client.transport.Wire;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;

/** A wire whose packets somebody sees. On the event thread only. */
final class SeenWire implements Wire {
    private final Wire wire;
    private final PacketListener listener;

    SeenWire(Wire wire, PacketListener listener) {
        this.wire = wire;
        this.listener = listener;
    }

    @Override
    public void maximumPacketSize(long bytes) {
        wire.maximumPacketSize(bytes);
    }

    @Override
    public boolean write(Packet packet) {
        boolean written = wire.write(packet);
        if (written) {
            listener.onSent(packet);
        }
        return written;
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
        wire.publish(dup, qos, retain, topic, packetId, properties, messageExpirySeconds, topicAlias, payload);
        listener.onSent(new Publish(
                dup,
                qos,
                retain,
                topic,
                packetId,
                properties,
                messageExpirySeconds,
                topicAlias,
                Publish.NO_IDS,
                payload));
    }

    @Override
    public boolean isWritable() {
        return wire.isWritable();
    }

    @Override
    public long lastWriteNanos() {
        return wire.lastWriteNanos();
    }

    @Override
    public void pauseReading() {
        wire.pauseReading();
    }

    @Override
    public void resumeReading() {
        wire.resumeReading();
    }

    @Override
    public void close() {
        wire.close();
    }

    @Override
    public void abort(Throwable why) {
        wire.abort(why);
    }
}
