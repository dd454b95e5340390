package io.chasqui.broker.storage;

class MemoryStoreTest extends StoreContract {
    private final MemoryStore kept = new MemoryStore();

    @Override
    Store open() {
        return kept;
    }
}
