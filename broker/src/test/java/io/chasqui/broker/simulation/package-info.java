/**
 * The broker's core under a seeded simulation: several loops, a network that delays, splits, stalls and cuts, clients that
 * keep the standard and nothing else, in virtual time; and a model that knows at each moment what must be true.
 *
 * <p>Read Simulation (a run), then Oracle (what must be true), then Device (a client). How to replay a seed stands in
 * {@code docs/simulation.md}.
 */
@NullMarked
package io.chasqui.broker.simulation;

import org.jspecify.annotations.NullMarked;
