package io.chasqui.broker.routing;

/**
 * What the publisher of one QoS 1 or 2 message waits for before it is acknowledged: that everyone who is owed the message
 * has it, or that someone could not take it. Confined to the publisher's loop; the parts that happen on other loops are
 * reported back to it.
 */
public abstract class Receipt {
    private int open = 1; // parts not yet reported; the first is the router's own
    private boolean matched;
    private boolean refused;

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
