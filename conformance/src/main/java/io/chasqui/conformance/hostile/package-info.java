/**
 * Hostile input, made systematically: {@link io.chasqui.conformance.hostile.Samples} is a table of valid packets,
 * {@link io.chasqui.conformance.hostile.Mutations} makes thousands of bad ones from it, and the tests send each on a
 * connection of its own while a {@link io.chasqui.conformance.hostile.Witness} publishes and receives.
 */
@NullMarked
package io.chasqui.conformance.hostile;

import org.jspecify.annotations.NullMarked;
