/**
 * What each client is owed. A {@link io.chasqui.broker.session.Session} outlives its connections; the
 * {@link io.chasqui.broker.session.Sessions} of its loop find it by Client Identifier and give it the next connection. Knows
 * no Netty and no bytes: it writes to a {@link io.chasqui.broker.session.ClientLink}. Confined to the home loop throughout.
 *
 * <p>Read Session first, then Outbox (what waits and what is in flight), then Sessions.
 */
@NullMarked
package io.chasqui.broker.session;

import org.jspecify.annotations.NullMarked;
