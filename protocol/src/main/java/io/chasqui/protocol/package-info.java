/**
 * MQTT Control Packets as values, and their codec. Knows no socket, no session and no clock; the only library it sees is
 * netty-buffer. Serves both ends: the broker and the client library.
 *
 * <p>Read {@link io.chasqui.protocol.Packet} first, then {@link io.chasqui.protocol.Publish}, then
 * {@link io.chasqui.protocol.PacketDecoder} and {@link io.chasqui.protocol.PacketEncoder}.
 */
@NullMarked
package io.chasqui.protocol;

import org.jspecify.annotations.NullMarked;
