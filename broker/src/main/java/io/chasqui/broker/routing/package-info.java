/**
 * One message to all who want it. A {@link io.chasqui.broker.routing.Router} belongs to one loop; it finds the routes of a
 * topic, delivers to the subscribers at home on its loop with a plain call and hands the rest over in one batch for each
 * other loop and turn. Also here: retained messages, shared subscriptions, and {@link io.chasqui.broker.routing.Fates},
 * where every message that does not arrive is accounted for.
 *
 * <p>Knows no session and no connection, only {@link io.chasqui.broker.routing.Subscriber}. Read Router first, then Match,
 * then Lane.
 */
@NullMarked
package io.chasqui.broker.routing;

import org.jspecify.annotations.NullMarked;
