/**
 * All that the core knows of threads and time. A {@link io.chasqui.broker.loop.Loop} is one thread with a queue of tasks and
 * a clock; Netty provides the real ones, the simulation provides seeded ones with virtual time. Ground floor: imports nothing.
 */
@NullMarked
package io.chasqui.broker.loop;

import org.jspecify.annotations.NullMarked;
