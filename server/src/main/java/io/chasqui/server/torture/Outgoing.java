package io.chasqui.server.torture;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import org.jspecify.annotations.Nullable;

/** A message that a {@link Publisher} is to bring to the broker. It is told what becomes of it, by the publisher's thread. */
interface Outgoing {
    TopicName topic();

    Qos qos();

    boolean retain();

    byte[] payload();

    /** The same message is about to be written again. */
    default void resending() {}

    /** The broker has taken ownership. */
    default void acknowledged() {}

    /** The exchange is over: PUBACK or PUBCOMP. After {@link #acknowledged}, if ever. */
    default void settled() {}

    /** The broker has refused it; nothing else will be told. */
    default void refused(ReasonCode reason) {}

    /** Nobody will know: the session in which it was on its way is gone. Nothing else will be told. */
    default void abandoned() {}

    /** Where messages come from. Confined to the thread of the publisher. */
    interface Source {
        /** A message to be written at once, or null when there is none now. */
        @Nullable
        Outgoing next();

        /** There will be no more. */
        boolean isExhausted();
    }
}
