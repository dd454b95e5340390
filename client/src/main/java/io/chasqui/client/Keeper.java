package io.chasqui.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The outbox on disk. */
interface Keeper {
    /** What an earlier life has left, in its order. Called once. */
    List<Outgoing> restored(long nowNanos);

    /** Keeps a new message; {@code kept} runs when it is safe, on any thread, with null or with why it is not. Any thread. */
    void keep(Outgoing message, Consumer<MqttException.@Nullable OutboxFailed> kept);

    /** A message of QoS 2 is going to be sent with its Packet Identifier; {@code then} runs on the event thread when that is safe. */
    void noteSending(Outgoing message, Runnable then);

    /** PUBREC has come; {@code then} runs on the event thread when that is safe. */
    void noteReleased(Outgoing message, Runnable then);

    /** It need not be kept any longer. Event thread. */
    void noteDone(Outgoing message);

    /** Writes all that was noted, then gives the disk back. */
    CompletableFuture<Void> close();
}
