/**
 * A buffer of Netty's that is not given back fails the test class that borrowed it: {@link io.chasqui.broker.leaks.NoLeaks}, which JUnit
 * finds by itself in this module, the client and the test kit.
 */
@NullMarked
package io.chasqui.broker.leaks;

import org.jspecify.annotations.NullMarked;
