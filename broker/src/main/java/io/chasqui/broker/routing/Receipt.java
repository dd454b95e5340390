package io.chasqui.broker.routing;

import io.chasqui.broker.loop.Loop;
import io.chasqui.broker.storage.Change;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the publisher of one QoS 1 or 2 message waits for before it is acknowledged: that everyone who is owed the message
 * has it, or that someone could not take it. Confined to the publisher's loop; the parts that happen on other loops are
 * reported back to it.
 *
 * <p>A {@linkplain #isJoint joint} receipt collects {@link Pledge}s, which its owner has kept or not kept as one and then {@linkplain #settle settles}.
 */
public abstract class Receipt {
    private final @Nullable List<Pledge> pledges; // of sessions at home here
    private List<Away> away = List.of();
    private int open = 1; // parts not yet reported; the first is the router's own
    private boolean matched;
    private boolean refused;

    private record Away(Loop home, List<Pledge> pledges) {}

    protected Receipt() {
        this(false);
    }

    protected Receipt(boolean joint) {
        pledges = joint ? new ArrayList<>(1) : null;
    }

    /** All parts have been reported. Called once, on the publisher's loop, possibly before {@code route} returns. */
    protected abstract void onComplete();

    /** Whether anyone was entitled to the message. */
    public final boolean matched() {
        return matched;
    }

    /** Whether someone who was entitled could not take it for lack of room. */
    public final boolean refused() {
        return refused;
    }

    public final boolean isComplete() {
        return open == 0;
    }

    /** Whether sessions that outlive their connections leave their part of the write to the owner of this receipt. */
    public final boolean isJoint() {
        return pledges != null;
    }

    final @Nullable List<Pledge> pledges() {
        return pledges;
    }

    final void add(Loop home, List<Pledge> more) {
        if (away.isEmpty()) {
            away = new ArrayList<>(2);
        }
        away.add(new Away(home, more));
    }

    /** What was pledged, for one write. */
    protected final List<Change> pledged() {
        List<Change> changes = new ArrayList<>();
        if (pledges != null) {
            collect(pledges, changes);
        }
        away.forEach(part -> collect(part.pledges, changes));
        return changes;
    }

    private static void collect(List<Pledge> from, List<Change> changes) {
        for (Pledge pledge : from) {
            Change change = pledge.change();
            if (change != null) {
                changes.add(change);
            }
        }
    }

    /** Tells all who pledged whether it was kept. */
    protected final void settle(boolean kept) {
        if (pledges != null) {
            pledges.forEach(pledge -> pledge.decided(kept));
        }
        for (Away part : away) {
            part.home.execute(() -> part.pledges.forEach(pledge -> pledge.decided(kept)));
        }
    }

    final void expect(int parts) {
        open += parts;
    }

    final void matched(boolean anyone) {
        matched = anyone;
    }

    final void report(boolean partRefused) {
        refused |= partRefused;
        open--;
        assert open >= 0;
        if (open == 0) {
            onComplete();
        }
    }
}
