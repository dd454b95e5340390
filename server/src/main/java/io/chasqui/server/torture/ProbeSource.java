package io.chasqui.server.torture;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message on each lane, when all else is quiet: whoever has a subscription must get it, and nobody else may. */
final class ProbeSource implements Outgoing.Source {
    private final Arena arena;
    private final Iterator<Lane> lanes;

    ProbeSource(Arena arena, List<Lane> lanes) {
        this.arena = arena;
        this.lanes = lanes.iterator();
    }

    @Override
    public @Nullable Outgoing next() {
        return lanes.hasNext() ? DataSource.message(arena, lanes.next()) : null;
    }

    @Override
    public boolean isExhausted() {
        return !lanes.hasNext();
    }
}
