package io.chasqui.broker.simulation;

import io.chasqui.protocol.Publish;
import io.chasqui.protocol.TopicName;

/** What a client is there for: hears of the messages that arrive. */
interface Application {
    /** A message arrived: at QoS 2 once, at QoS 1 as often as it came. */
    void arrive(String receiver, TopicName topic, Publish publish);

    /** The client answered a message with an error, so it will not come again. */
    void refuse(String receiver, String content);
}
