/**
 * Bytes. Sockets, event loops, and the way from bytes to packets and back; the only place of the broker that knows Netty.
 *
 * <p>A {@link io.chasqui.broker.transport.MqttHandler} is the last handler of each channel, and over TCP the only one. It decodes until it has read
 * CONNECT, moves the channel to the home loop of the Client Identifier, and from there on hands packets to a connection. What
 * that writes gathers in an {@link io.chasqui.broker.transport.Outlet}, to be flushed once a turn. Read MqttHandler, then
 * Outlet, then Transport.
 *
 * <p>Where a listener is encrypted, {@link io.chasqui.broker.transport.TlsStage} puts TLS before all that; nobody behind it
 * notices. On a WebSocket a {@link io.chasqui.broker.transport.Handshake} stands before it, which gives way to
 * {@link io.chasqui.broker.transport.WebSocketFrames}: from there on both ends are bytes of MQTT again.
 */
@NullMarked
package io.chasqui.broker.transport;

import org.jspecify.annotations.NullMarked;
