/** The suite against brokers of our own, one for each {@link io.chasqui.conformance.suite.Fixture}, and the page that tells of it. */
@NullMarked
package io.chasqui.conformance;

import org.jspecify.annotations.NullMarked;
