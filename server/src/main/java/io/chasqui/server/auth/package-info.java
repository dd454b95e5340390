/**
 * The ways in which a client can say who it is, and what keeps that secure: each method is an {@code Authenticator} of
 * {@code io.chasqui.broker.auth}, and {@link io.chasqui.server.auth.Gate} makes a chain of those that the configuration
 * names. What takes time (hashes, databases, the network) runs on {@link io.chasqui.server.auth.Workers}, never on an event
 * loop. Files are watched by {@link io.chasqui.server.auth.FileWatch} and taken whole or not at all. No class here writes a
 * password or a token to a log. Read Gate first, then PasswordAuthenticator.
 */
@NullMarked
package io.chasqui.server.auth;

import org.jspecify.annotations.NullMarked;
