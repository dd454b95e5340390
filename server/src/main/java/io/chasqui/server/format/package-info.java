/**
 * How messages become text and text becomes messages, for the command line: {@link io.chasqui.server.format.MessageFormat} is the
 * {@code -F} of mosquitto_sub, {@link io.chasqui.server.format.Printer} chooses between it and the other ways to print,
 * {@link io.chasqui.server.format.Recording} is what {@code sub --record} writes and {@code pub --replay} reads. Knows no
 * connection. Values and pure functions, any thread, but where a class says otherwise.
 */
@NullMarked
package io.chasqui.server.format;

import org.jspecify.annotations.NullMarked;
