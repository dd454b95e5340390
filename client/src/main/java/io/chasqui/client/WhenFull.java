package io.chasqui.client;

/** What happens to a message when the outbox has no room. */
public enum WhenFull {
    /** The caller waits for room. On the event thread, where nobody may wait, it fails. */
    BLOCK,
    /** The call fails at once with {@link MqttException.OutboxFull}. */
    FAIL
}
