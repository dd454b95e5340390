/**
 * Conversations with a broker packet by packet, for what the client library hides from its users: how long PINGREQ takes, and
 * what a broker answers to each kind of question. {@link io.chasqui.server.probe.Target} says where the broker is,
 * {@link io.chasqui.server.probe.Talk} is one connection to it; {@link io.chasqui.server.probe.Pings} and
 * {@link io.chasqui.server.probe.BrokerInfo} use it. Prints nothing.
 */
@NullMarked
package io.chasqui.server.probe;

import org.jspecify.annotations.NullMarked;
