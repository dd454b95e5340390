package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Turns the bytes of a Topic Name into a {@link TopicName}. The decoder asks it for every PUBLISH, so an implementation may
 * remember topics and answer a known one without decoding it again. Confined to one thread.
 */
public interface TopicNames {
    /** Decodes and validates each time anew. */
    TopicNames UNCACHED = TopicNames::decode;

    /**
     * @param in read by absolute index only
     * @param index where the bytes begin
     * @param length 1 to 65,535, inside the packet
     * @throws ProtocolException when they are not well-formed UTF-8 or hold a wildcard or U+0000
     */
    TopicName get(ByteBuf in, int index, int length) throws ProtocolException;

    /** What an implementation calls for a topic that it does not know. */
    static TopicName decode(ByteBuf in, int index, int length) throws ProtocolException {
        byte[] utf8 = new byte[length];
        in.getBytes(index, utf8);
        String name = Utf8.decode(utf8, "Topic Name");
        if (TopicName.hasWildcard(name)) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR, "MQTT5-3.3.2-2", "wildcard in " + ProtocolException.quote(name));
        }
        return TopicName.trusted(name, utf8);
    }
}
