/**
 * Who may connect, publish and subscribe. {@link io.chasqui.broker.auth.Authenticator} may take its time and answer from any
 * thread; {@link io.chasqui.broker.auth.Authorizer} is asked on the way of each message and answers from memory.
 */
@NullMarked
package io.chasqui.broker.auth;

import org.jspecify.annotations.NullMarked;
