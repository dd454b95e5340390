/** One screen each: what an application does with the client and the broker. Compiled and run by the build. */
@NullMarked
package io.chasqui.examples;

import org.jspecify.annotations.NullMarked;
