/**
 * Finds tests, runs them side by side and reports. A test is a method with a {@link io.chasqui.conformance.suite.Statement},
 * which gets a {@link io.chasqui.conformance.suite.Scene}; {@link io.chasqui.conformance.suite.Suite} runs it and
 * {@link io.chasqui.conformance.suite.Catalog} knows the statements. Read them in this order.
 */
@NullMarked
package io.chasqui.conformance.suite;

import org.jspecify.annotations.NullMarked;
