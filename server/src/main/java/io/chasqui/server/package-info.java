/**
 * The {@code chasqui} program: the command line and what it starts. {@link io.chasqui.server.Chasqui} is the entrance and
 * lists the commands; {@link io.chasqui.server.ServeCommand} is the one that everybody uses. The configuration is next door
 * in {@code io.chasqui.server.config}, the broker itself in {@code io.chasqui.broker}.
 */
@NullMarked
package io.chasqui.server;

import org.jspecify.annotations.NullMarked;
