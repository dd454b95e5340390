/** The {@code chasqui} program: command line, configuration file, wiring. */
@NullMarked
package io.chasqui.server;

import org.jspecify.annotations.NullMarked;
