package io.chasqui.broker.simulation;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;

/** Hears all that goes through the server's ends of the connections, at the moment at which it happens. */
interface Witness {
    Witness NOBODY = new Witness() {};

    /** A CONNECT is about to be given to the core. */
    default void opening(ServerEnd end, Connect connect) {}

    /** The core has taken the CONNECT; the answer may have been written or not. */
    default void opened(ServerEnd end) {}

    /** A packet is about to be given to the connection. */
    default void receiving(ServerEnd end, Packet packet) {}

    /** The connection has returned from it. */
    default void received(ServerEnd end, Packet packet) {}

    /** The core wrote a packet, PUBLISH excepted. */
    default void wrote(ServerEnd end, Packet packet) {}

    /** The core wrote a PUBLISH. */
    default void published(
            ServerEnd end,
            Message message,
            boolean dup,
            Qos qos,
            boolean retain,
            int packetId,
            int[] subscriptionIds) {}

    /** The core or the codec found that the client broke the protocol. */
    default void accused(ServerEnd end, ProtocolException fault) {}

    /** The core closes: the connection has just ended, whatever the cause. */
    default void closing(ServerEnd end) {}
}
