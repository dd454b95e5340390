package io.chasqui.broker.storage.disk;

import io.chasqui.broker.storage.Store;
import io.chasqui.broker.storage.StoreContract;

/** The contract on a disk in memory, each task run at once. */
class DiskStoreContractTest extends StoreContract {
    private MemoryDisk disk = new MemoryDisk();

    @Override
    protected Store open() throws Exception {
        disk = disk.reopened();
        return new DiskStore(
                disk,
                DiskStore.Options.DEFAULT.withShards(SHARDS),
                DiskStore.Clock.SYSTEM,
                Runnable::run,
                Runnable::run);
    }
}
