package io.chasqui.server;

import io.chasqui.broker.Broker;
import io.chasqui.broker.storage.MemoryStore;
import io.chasqui.broker.storage.Store;
import io.chasqui.broker.storage.disk.DiskStore;
import io.chasqui.broker.storage.disk.Lost;
import io.chasqui.rocksdb.RocksDisk;
import io.chasqui.rocksdb.RocksOptions;
import io.chasqui.server.auth.Gate;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What {@code serve} needs of a broker. The tests of the command line have one without sockets. */
interface RunningBroker extends AutoCloseable {
    /** In the order of the configuration's listeners, with real ports. */
    List<InetSocketAddress> addresses();

    /** What the store held and what of it is lost, in words; empty for one in memory. */
    default List<String> found() {
        return List.of();
    }

    @Override
    void close();

    /** How a broker is started. */
    interface Starter {
        /** @throws UncheckedIOException when a listener cannot bind, or the store cannot be opened */
        RunningBroker start(Configuration configuration);
    }

    /** The real one. */
    static RunningBroker start(Configuration configuration) {
        Gate.Opened opened = gate(configuration);
        Store store;
        Broker broker;
        try {
            store = store(configuration);
            broker = Broker.start(configuration.broker(), opened.security(), store);
            opened.gate().guards(broker);
        } catch (RuntimeException e) {
            opened.gate().close();
            throw e;
        }
        return new RunningBroker() {
            @Override
            public List<InetSocketAddress> addresses() {
                return broker.addresses();
            }

            @Override
            public List<String> found() {
                return store instanceof DiskStore disk ? RunningBroker.found(disk) : List.of();
            }

            @Override
            public void close() {
                broker.close();
                opened.gate().close();
            }
        };
    }

    private static Gate.Opened gate(Configuration configuration) {
        try {
            return Gate.open(configuration.security(), configuration.broker().listeners());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static Store store(Configuration configuration) {
        StoreSettings settings = configuration.store();
        if (settings.type() == StoreSettings.Type.MEMORY) {
            return new MemoryStore();
        }
        DiskStore.Options usual = DiskStore.Options.DEFAULT;
        DiskStore.Options options = new DiskStore.Options(
                configuration.broker().shards(), settings.reserveBytes(), usual.groupBytes(), usual.probeNanos());
        try {
            RocksDisk disk = RocksDisk.open(
                    configuration.data(),
                    new RocksOptions(settings.durability(), settings.writeBufferBytes(), settings.cacheBytes()));
            return new DiskStore(
                    disk, options, DiskStore.Clock.SYSTEM, executor("store-writer"), executor("store-reader"));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the store in " + configuration.data() + " cannot be opened: " + e.getMessage(), e);
        }
    }

    private static ExecutorService executor(String name) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    private static List<String> found(DiskStore store) {
        List<Lost> damage = store.damage();
        String found = store.sessionsFound() + " sessions, " + store.retainedFound() + " retained messages";
        if (damage.isEmpty()) {
            return List.of(found);
        }
        int shown = 10;
        String more = damage.size() > shown ? ", and " + (damage.size() - shown) + " more" : "";
        List<String> lost = damage.stream()
                .limit(shown)
                .map(each -> each.topic() + ": " + each.count())
                .toList();
        return List.of(found, "LOST, for the files were damaged: " + String.join(", ", lost) + more);
    }
}
