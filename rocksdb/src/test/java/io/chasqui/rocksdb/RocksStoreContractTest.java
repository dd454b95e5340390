package io.chasqui.rocksdb;

import io.chasqui.broker.storage.Store;
import io.chasqui.broker.storage.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on real files. */
class RocksStoreContractTest extends StoreContract {
    @TempDir
    Path directory;

    @Override
    protected Store open() throws Exception {
        return new Opened(directory).store;
    }
}
