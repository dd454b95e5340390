/**
 * A black-box suite for MQTT brokers: tests in {@code tests}, each annotated with the statements of the standard that it
 * holds a broker to, speak bytes through {@code raw}; this package finds them, runs them side by side and reports.
 * Read {@link io.chasqui.conformance.Statement}, {@link io.chasqui.conformance.Scene} and
 * {@link io.chasqui.conformance.Suite}, in this order; {@link io.chasqui.conformance.Main} is the command line.
 */
@NullMarked
package io.chasqui.conformance;

import org.jspecify.annotations.NullMarked;
