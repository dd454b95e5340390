package io.chasqui.benchmarks;

import io.chasqui.broker.connection.Wire;
import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;

/** The end of the way: nothing is encoded, nothing sent. */
final class CountingWire implements Wire {
    int published;
    int written;
    int lastPacketId;

    @Override
    public boolean write(Packet packet) {
        written++;
        return true;
    }

    @Override
    public void publish(
            Message message,
            boolean dup,
            Qos qos,
            boolean retain,
            TopicName topic,
            int packetId,
            long expirySeconds,
            int topicAlias,
            int[] subscriptionIds) {
        published++;
        lastPacketId = packetId;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public long unsentBytes() {
        return 0;
    }

    @Override
    public void pauseReading() {}

    @Override
    public void resumeReading() {}

    @Override
    public void close() {}
}
