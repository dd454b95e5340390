package io.chasqui.client;

import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ReasonCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A SUBSCRIBE or UNSUBSCRIBE on its way to its answer, and the future that was given for it. Confined to the event thread. */
final class Ask extends CompletableFuture<List<ReasonCode>> {
    final String what; // for messages
    final IntFunction<Packet> packet; // by Packet Identifier
    final int filters;
    final Runnable inForce; // when it was answered
    int packetId; // 0 while it waits to be sent

    @Nullable
    String reasonString; // of the answer

    @Nullable
    Future<?> deadline;

    Ask(String what, int filters, IntFunction<Packet> packet, Runnable inForce) {
        this.what = what;
        this.filters = filters;
        this.packet = packet;
        this.inForce = inForce;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
