package io.chasqui.broker.metrics;

/** What one loop counts; written by its thread only, so plain fields. {@link #add} sums up copies that were taken there. */
public final class Counters {
    public long connectionsAccepted;
    public long packetsReceived;
    public long packetsSent;
    public long bytesReceived;
    public long bytesSent;
    public long publishReceived;
    public long publishSent;
    public long publishBytesReceived; // payload
    public long publishBytesSent; // payload
    public long sessionsExpired;
    public long sessionsTakenOver; // from a connection that was there, by another one with the same Client Identifier
    public long tlsHandshakes; // that came to their end
    public long tlsHandshakesFailed;
    public long faults; // our own: a connection was closed because of an unexpected exception
    public long connectionsEvicted; // closed because memory was short
    public long connectionsBusy; // that were told that the server is busy
    public long connectionsLate; // closed because no CONNECT had come in time
    public final long[] connectionsEnded = new long[256]; // by us, refused ones included, by Reason Code of MQTT 5
    public long connectionBytes; // held now, in the buffers of connections
    public int connections;
    public int sessions;
    public int subscriptions;
    public int sharedSubscriptions;
    public long queuedMessages;
    public long queuedBytes;
    public long queuedMemoryBytes; // of these, what is held in memory and not in the store alone
    public long inFlight;
    public long inFlightBytes; // payload, topic and an allowance for each

    /** Adds another loop's figures to these. */
    public void add(Counters other) {
        connectionsAccepted += other.connectionsAccepted;
        packetsReceived += other.packetsReceived;
        packetsSent += other.packetsSent;
        bytesReceived += other.bytesReceived;
        bytesSent += other.bytesSent;
        publishReceived += other.publishReceived;
        publishSent += other.publishSent;
        publishBytesReceived += other.publishBytesReceived;
        publishBytesSent += other.publishBytesSent;
        sessionsExpired += other.sessionsExpired;
        sessionsTakenOver += other.sessionsTakenOver;
        tlsHandshakes += other.tlsHandshakes;
        tlsHandshakesFailed += other.tlsHandshakesFailed;
        faults += other.faults;
        connectionsEvicted += other.connectionsEvicted;
        connectionsBusy += other.connectionsBusy;
        connectionsLate += other.connectionsLate;
        for (int i = 0; i < connectionsEnded.length; i++) {
            connectionsEnded[i] += other.connectionsEnded[i];
        }
        connectionBytes += other.connectionBytes;
        connections += other.connections;
        sessions += other.sessions;
        subscriptions += other.subscriptions;
        sharedSubscriptions += other.sharedSubscriptions;
        queuedMessages += other.queuedMessages;
        queuedBytes += other.queuedBytes;
        queuedMemoryBytes += other.queuedMemoryBytes;
        inFlight += other.inFlight;
        inFlightBytes += other.inFlightBytes;
    }

    /** The figures as they are now; to be called on the loop. */
    public Counters copy() {
        Counters copy = new Counters();
        copy.add(this);
        return copy;
    }
}
