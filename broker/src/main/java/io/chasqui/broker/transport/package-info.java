/**
 * Bytes. Sockets, event loops, and the way from bytes to packets and back; the only place of the broker that knows Netty.
 *
 * <p>A {@link io.chasqui.broker.transport.MqttHandler} is the one handler of each channel. It decodes until it has read
 * CONNECT, moves the channel to the home loop of the Client Identifier, and from there on hands packets to a connection. What
 * that writes gathers in an {@link io.chasqui.broker.transport.Outlet}, to be flushed once a turn. Read MqttHandler, then
 * Outlet, then Transport.
 */
@NullMarked
package io.chasqui.broker.transport;

import org.jspecify.annotations.NullMarked;
