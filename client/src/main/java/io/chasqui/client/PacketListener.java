package io.chasqui.client;

import io.chasqui.protocol.Packet;

/**
 * Sees every packet of a client's connections: for debugging. Called on the event thread, in the order of the wire; must not block,
 * throw, call the client or modify a packet. Packets hold what was said, so CONNECT and AUTH hold secrets.
 */
public interface PacketListener {
    /** It was handed to the connection, and leaves at the end of the turn. */
    void onSent(Packet packet);

    /** It was decoded, and nothing has come of it yet. */
    void onReceived(Packet packet);
}
