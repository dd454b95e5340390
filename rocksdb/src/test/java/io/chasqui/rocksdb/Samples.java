package io.chasqui.rocksdb;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.util.Arrays;
import java.util.Random;

/** Changes that tests write. */
final class Samples {
    static final int MESSAGE_BYTES = 1_000;

    private Samples() {}

    static SessionId session(int number) {
        return new SessionId(number % Opened.SHARDS, number);
    }

    static Change.Kept kept(int number) {
        return new Change.Kept(session(number), "client-" + number, 100, 1, null, null);
    }

    /** A message whose payload is its sequence, again and again, so that no two are alike. */
    static Message message(String topic, long sequence) {
        byte[] payload = new byte[MESSAGE_BYTES - topic.length()];
        new Random(sequence).nextBytes(payload);
        return new Message(
                TopicName.of(topic), payload, Qos.AT_LEAST_ONCE, false, PublishProperties.NONE, "p", Message.NEVER);
    }

    static Change.Owed owed(int session, long sequence) {
        Message message = message("t/" + session, sequence);
        message.forOne();
        return owed(session, sequence, message);
    }

    static Change.Owed owed(int session, long sequence, Message message) {
        return new Change.Owed(
                session(session),
                sequence,
                sequence * MESSAGE_BYTES,
                message,
                Qos.AT_LEAST_ONCE,
                false,
                Publish.NO_IDS,
                null,
                0,
                false);
    }

    static boolean isWhole(long sequence, Message message) {
        return Arrays.equals(
                message.payload(), message(message.topic().name(), sequence).payload());
    }
}
