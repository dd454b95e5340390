package io.chasqui.broker.auth;

/** What a rule can be about. */
public enum Action {
    /** To send a message to a topic, as Will, too. */
    PUBLISH,
    /** To subscribe with a Topic Filter. */
    SUBSCRIBE,
    /** To be sent a message of a topic, because of a subscription: follows from the rules for SUBSCRIBE. */
    RECEIVE
}
