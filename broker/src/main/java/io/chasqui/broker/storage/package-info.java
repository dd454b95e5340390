/**
 * What must outlive the process. A {@link io.chasqui.broker.storage.Store} keeps, for each shard of the sessions, what its
 * {@link io.chasqui.broker.storage.Change}s add up to, and says when they are safe; acknowledgements wait for that. Here
 * is the SPI, with its meaning in the Javadoc, the way to it, and {@link io.chasqui.broker.storage.MemoryStore}. Knows no session:
 * it is told how one is.
 *
 * <p>Read Change first, then Journal, then Store.
 */
@NullMarked
package io.chasqui.broker.storage;

import org.jspecify.annotations.NullMarked;
