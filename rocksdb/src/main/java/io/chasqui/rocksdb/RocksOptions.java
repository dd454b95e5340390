package io.chasqui.rocksdb;

/**
 * How a {@link RocksDisk} works.
 *
 * @param writeBufferBytes of what was written lately, for all tables together, kept in memory until it fills; 1 MiB or more
 * @param cacheBytes of what was read lately, kept in memory, with the indexes of the files; 1 MiB or more
 */
public record RocksOptions(Durability durability, long writeBufferBytes, long cacheBytes) {
    public static final RocksOptions DEFAULT = new RocksOptions(Durability.SYNC, 32L << 20, 8L << 20);

    public RocksOptions {
        if (writeBufferBytes < 1 << 20 || cacheBytes < 1 << 20) {
            throw new IllegalArgumentException("write buffer " + writeBufferBytes + " and cache " + cacheBytes
                    + " bytes; give 1 MiB or more to each");
        }
    }

    public RocksOptions withDurability(Durability newDurability) {
        return new RocksOptions(newDurability, writeBufferBytes, cacheBytes);
    }
}
