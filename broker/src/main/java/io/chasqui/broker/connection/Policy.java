package io.chasqui.broker.connection;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Qos;
import org.jspecify.annotations.Nullable;

/**
 * What the broker grants to each connection; the face documents each in its configuration.
 *
 * @param receiveMaximum QoS 1 and 2 messages a client may have unacknowledged with us
 * @param topicAliasMaximum aliases a client may set
 * @param outboundTopicAliasMaximum aliases we use towards a client that allows them
 * @param maxKeepAliveSeconds 0 for no limit
 * @param disconnectRefusedV3 a client of MQTT 3 whose message is refused for lack of room, which it cannot be told, is
 *     disconnected; otherwise the message is acknowledged and only accounted for
 */
public record Policy(
        int maxPacketBytes,
        int receiveMaximum,
        int topicAliasMaximum,
        int outboundTopicAliasMaximum,
        Qos maxQos,
        int maxTopicLevels,
        int maxClientIdBytes,
        int maxKeepAliveSeconds,
        long maxSessionExpirySeconds,
        boolean retainAvailable,
        boolean wildcardSubscriptions,
        boolean sharedSubscriptions,
        boolean subscriptionIdentifiers,
        boolean checkPayloadFormat,
        boolean disconnectRefusedV3) {
    /** What of a message of the embedding program is beyond what any client may publish, or null. */
    @Nullable
    String fault(Message message) {
        if (message.topic().levelCount() > maxTopicLevels) {
            return "more than " + maxTopicLevels + " topic levels";
        }
        if (message.qos().level() > maxQos.level()) {
            return "QoS " + message.qos().level() + ", above " + maxQos.level();
        }
        if (message.retain() && !retainAvailable) {
            return "RETAIN, which is off";
        }
        return message.bytes() > maxPacketBytes ? message.bytes() + " bytes, more than " + maxPacketBytes : null;
    }
}
