package io.chasqui.protocol;

/**
 * The Will Message that CONNECT leaves with the server, section 3.1.2.5.
 *
 * @param delaySeconds Will Delay Interval, 0 to 4,294,967,295
 * @param messageExpirySeconds 0 to 4,294,967,295, counted from the moment the Will is published, or {@link Publish#ABSENT}
 * @param payload 0 to 65,535 bytes; not to be modified
 */
public record Will(
        Qos qos,
        boolean retain,
        TopicName topic,
        PublishProperties properties,
        long delaySeconds,
        long messageExpirySeconds,
        byte[] payload) {}
