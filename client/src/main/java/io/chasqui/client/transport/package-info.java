/**
 * The client's sockets: bytes to packets and back, over TCP, TLS, WebSocket, Unix sockets and proxies. Nothing here knows
 * of sessions. Public for the packages of the client, and for the load generator and the probes of the command line; no part of
 * its promise: applications use {@code io.chasqui.client}.
 *
 * <p>Each client is at home on one {@link io.chasqui.client.transport.EventThread}, which many clients share. Read
 * {@link io.chasqui.client.transport.Wire} and {@link io.chasqui.client.transport.WireListener} first, then MqttChannel.
 */
@NullMarked
package io.chasqui.client.transport;

import org.jspecify.annotations.NullMarked;
