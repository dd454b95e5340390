/**
 * The configuration of the program: where values come from, what is wrong with them, how they are shown and documented.
 * {@link io.chasqui.server.config.Settings} is the one table of all keys; {@link io.chasqui.server.config.ConfigReader} is
 * the way from a file, the environment and the command line to a {@link io.chasqui.server.config.Configuration}. What a
 * value may be is decided by the records of {@code io.chasqui.broker}; this package finds the line that it was written in.
 * Runs once, at start, on one thread. Read Settings first, then ConfigReader.
 */
@NullMarked
package io.chasqui.server.config;

import org.jspecify.annotations.NullMarked;
