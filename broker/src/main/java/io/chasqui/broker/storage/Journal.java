package io.chasqui.broker.storage;

/**
 * One loop's way to the store: what is given to it is kept in order, and the loop is told when it is safe. Confined to its
 * loop.
 */
public interface Journal {
    /** Keeps nothing, and is always done. */
    Journal NONE = new Journal() {
        @Override
        public boolean isDurable() {
            return true;
        }

        @Override
        public void whenDurable(Runnable task) {
            task.run();
        }
    };

    /** Whether all that was given to this journal is safe. */
    boolean isDurable();

    /** Runs {@code task} on the loop once all that was given so far is safe. */
    void whenDurable(Runnable task);
}
