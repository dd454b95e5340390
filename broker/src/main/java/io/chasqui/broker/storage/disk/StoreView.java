package io.chasqui.broker.storage.disk;

import io.chasqui.broker.message.Message;
import io.chasqui.broker.storage.Change;
import io.chasqui.broker.storage.SessionId;
import io.chasqui.broker.storage.StoredSession;
import java.util.List;
import java.util.function.Consumer;

/** What a store holds, for tools: reads and changes nothing, also where the disk could be written. Confined to one thread. */
public final class StoreView {
    private final Disk disk;
    private final int shards;
    private final Damage damage = new Damage();
    private final QueueReader queues;
    private final MessageRecord messages;

    /** @throws StoreFormatException when the store is of a newer format */
    public StoreView(Disk disk, DiskStore.Clock clock) throws DiskException, StoreFormatException {
        this.disk = disk;
        disk.lost().forEach(damage::add);
        shards = Origin.shards(disk, damage);
        messages = new MessageRecord(clock);
        queues = new QueueReader(disk, messages, damage, (_, _) -> {});
    }

    /** Hands over each session, without what it is owed. */
    public void sessions(Consumer<StoredSession> into) throws DiskException {
        for (int shard = 0; shard < shards; shard++) {
            Loader.load(shard, damage, disk, into, _ -> {});
        }
    }

    /**
     * What a session is owed from a sequence on.
     *
     * @param bytes it ends with the message that reaches so many, or {@code messages}
     * @return empty when there is no more
     */
    public List<Change.Owed> owed(SessionId session, long from, int maxMessages, long bytes) throws DiskException {
        return queues.read(session, from, maxMessages, bytes, false);
    }

    public void retained(Consumer<Message> into) throws DiskException {
        Loader.loadRetained(disk, messages, damage, into);
    }

    /** What could not be read so far. */
    public List<Lost> damage() {
        return damage.list();
    }
}
