package io.chasqui.client.transport;

import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import org.jspecify.annotations.Nullable;

/** Whom a {@link Wire} reports to, on its event thread. */
public interface WireListener {
    /** The connection is open, TLS and WebSocket included; MQTT has not begun. */
    void onOpen(Wire wire);

    /** @throws ProtocolException when the server breaks the standard; {@link #onFault} follows */
    void onPacket(Packet packet) throws ProtocolException;

    /** All packets that had come have been given to {@link #onPacket}. */
    void onReceived();

    /** There is room again, after {@link Wire#isWritable} has said no. */
    void onWritable();

    /** The server broke the standard. What it sends from now on is thrown away; whoever listens closes the wire. */
    void onFault(ProtocolException fault);

    /**
     * The connection has closed, or could not be opened: then {@link #onOpen} was not called. The last call.
     *
     * @param cause null when the server closed
     */
    void onClosed(@Nullable Throwable cause);
}
