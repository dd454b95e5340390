package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads packets from the bytes of one Network Connection. Holds what decoding depends on: the version, once CONNECT has
 * said it, and the largest packet that is taken. Confined to the thread of its connection.
 */
public final class PacketDecoder {
    /** Which end of the connection decodes: some packets and properties are allowed in one direction only. */
    public enum Role {
        SERVER,
        CLIENT
    }

    public PacketDecoder(Role role, long maximumPacketSize, TopicNames topics) {}

    /** Changes the table of topics: a connection that moves to another thread takes that thread's. */
    public void topics(TopicNames topics) {}

    /** For a client, which knows its version; a server's decoder learns it from CONNECT. */
    public void version(MqttVersion version) {}

    /** The version of the conversation, or null before CONNECT. */
    public @Nullable MqttVersion version() {
        return null;
    }

    /**
     * Reads the next packet if all of it is there.
     *
     * @param in bytes received; the reader index moves past the packet that is returned and is not moved otherwise
     * @return the packet, or null when {@code in} ends before the packet does
     * @throws ProtocolException when the bytes break the standard or the packet is too large, which is known from its fixed
     *     header, before anything is buffered. The connection must be closed; the decoder is not to be used again.
     */
    public @Nullable Packet decode(ByteBuf in) throws ProtocolException {
        throw new UnsupportedOperationException("codec");
    }
}
