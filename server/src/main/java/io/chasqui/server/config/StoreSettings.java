package io.chasqui.server.config;

import io.chasqui.rocksdb.Durability;

/**
 * What has to outlive the process is kept so.
 *
 * @param durability what an acknowledgement survives
 * @param reserveBytes free space on the disk below which new messages are refused
 * @param writeBufferBytes of the store's memory, for what was written lately
 * @param cacheBytes of the store's memory, for what was read lately
 */
public record StoreSettings(
        Type type, Durability durability, long reserveBytes, long writeBufferBytes, long cacheBytes) {
    /** Where it is kept. */
    public enum Type {
        /** In files in the data directory. */
        ROCKSDB,
        /** In memory: it ends with the process. */
        MEMORY
    }

    public static final StoreSettings DEFAULT =
            new StoreSettings(Type.ROCKSDB, Durability.SYNC, 256L << 20, 32L << 20, 8L << 20);
}
