package io.chasqui.broker;

/** What happens to a message for a session whose queue is full. Every message that loses ends in a counted fate. */
public enum QueuePolicy {
    /** The new message is refused: a v5 publisher hears 0x97 Quota exceeded. */
    REFUSE,
    /** The oldest messages that wait make room; the publisher hears success. */
    DROP_OLDEST,
    /** The new message is dropped for this session; the publisher hears success. */
    DROP_NEWEST
}
