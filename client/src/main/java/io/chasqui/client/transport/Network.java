package io.chasqui.client.transport;

import io.chasqui.protocol.MqttVersion;

/**
 * What brings clients to servers: {@link Sockets}, or a simulation, in which time, order and faults come from a seed. Safe on any
 * thread.
 */
public interface Network {
    /** The thread for one more client. */
    EventThread thread();

    /**
     * Begins to open a connection; the listener hears the outcome.
     *
     * @param thread one of {@link #thread}; where the connection is at home
     * @param maximumReceivedBytes of a packet from the server
     */
    void dial(
            EventThread thread,
            Endpoint endpoint,
            MqttVersion version,
            long maximumReceivedBytes,
            WireListener listener);

    /** One client less. */
    void release();
}
