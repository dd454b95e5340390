/**
 * MQTT as bytes: what a test writes on a socket and what it reads there. Nothing here is shared with the broker under
 * test, and writers check nothing, because half of the tests have to be wrong on purpose. What is <em>read</em> goes
 * through {@link io.chasqui.conformance.raw.Inspector}, which holds every packet of every test against the standard.
 * Read {@link io.chasqui.conformance.raw.RawClient} first.
 */
@NullMarked
package io.chasqui.conformance.raw;

import org.jspecify.annotations.NullMarked;
