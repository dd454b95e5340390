/**
 * A {@link io.chasqui.broker.storage.Store} on a sorted key-value store, the {@link io.chasqui.broker.storage.disk.Disk}. Here is
 * what a record looks like, how changes become one atomic write, what is counted and what is purged; the files are the
 * {@code Disk}'s business. Reads no clock and starts no thread: both are given, so that the simulation runs this very code.
 *
 * <p>Read Disk first, then DiskStore, then GroupWriter, which turns changes into a Batch, and Keys.
 */
@NullMarked
package io.chasqui.broker.storage.disk;

import org.jspecify.annotations.NullMarked;
