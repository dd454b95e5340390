package io.chasqui.protocol;

import org.jspecify.annotations.Nullable;

/**
 * AUTH, section 3.15; MQTT 5 only.
 *
 * @param reason SUCCESS (server), CONTINUE_AUTHENTICATION or RE_AUTHENTICATE (client)
 * @param method Authentication Method; null only in the short form of remaining length 0, which is never valid in a
 *     conversation (U5-21)
 */
public record Auth(ReasonCode reason, @Nullable String method, byte @Nullable [] data, AckProperties properties)
        implements Packet {}
