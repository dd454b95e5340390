/**
 * A black-box suite for MQTT brokers: {@code tests} and {@code hostile} hold the tests, each annotated with the statements of
 * the standard that it holds a broker to; {@code suite} runs them and reports; {@code raw} is MQTT as bytes on a socket.
 * {@link io.chasqui.conformance.Conformance} is the command line.
 */
@NullMarked
package io.chasqui.conformance;

import org.jspecify.annotations.NullMarked;
