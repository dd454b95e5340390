package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;

/** The Network Connection as its session sees it. Home loop only. */
public interface ClientLink {
    /** False while the peer does not keep up: then messages wait in the session. {@link Session#onWritable} tells the change. */
    boolean isWritable();

    /** Whether a PUBLISH of {@code message} is within the receiver's Maximum Packet Size. */
    boolean fits(Message message, Qos qos, int[] subscriptionIds);

    /** Whether the client may be sent messages of that topic, by the rules of this moment. */
    boolean mayReceive(Message message);

    /**
     * Writes a PUBLISH. It must {@link #fits fit}.
     *
     * @param packetId 0 at QoS 0
     */
    void publish(Message message, Qos qos, boolean retain, boolean dup, int packetId, int[] subscriptionIds);

    /** Writes a PUBREL. */
    void pubRel(int packetId);

    /** Another connection has taken the session, or the broker ends this one: says so if it can and closes. The session is already detached. */
    void end(ReasonCode reason, String detail);
}
