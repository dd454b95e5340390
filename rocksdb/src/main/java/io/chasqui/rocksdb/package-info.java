/**
 * The {@link io.chasqui.broker.storage.disk.Disk} on RocksDB: files, the native library, and what to do when either is not as
 * it should be. Knows nothing of what the records mean.
 *
 * <p>Read RocksDisk first, then Salvage.
 */
@NullMarked
package io.chasqui.rocksdb;

import org.jspecify.annotations.NullMarked;
