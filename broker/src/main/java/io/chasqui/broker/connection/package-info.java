/**
 * One MQTT conversation, from CONNECT to the end of the Network Connection. A
 * {@link io.chasqui.broker.connection.Connection} gets packets from its transport, checks what the protocol and the limits
 * demand, and speaks to the session and the router; it writes to a {@link io.chasqui.broker.connection.Wire}. Without
 * sockets, threads and clocks of its own: the simulation runs the very same code.
 *
 * <p>Read Engine (what belongs to a loop), then Connection, then Inbound (the way of a PUBLISH in).
 */
@NullMarked
package io.chasqui.broker.connection;

import org.jspecify.annotations.NullMarked;
