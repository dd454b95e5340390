package io.chasqui.broker.storage.disk;

/**
 * What a store could not read.
 *
 * @param topic Topic Name of the messages, or what is known instead, in parentheses
 * @param count messages, or parts of the disk where the number of messages in them cannot be known
 */
public record Lost(String topic, long count) {}
