package io.chasqui.broker.simulation;

import java.util.function.Supplier;

/** Something is not as it must be. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    /** @param invariant the name of what must hold */
    public Violation(String invariant, String detail) {
        super(invariant + ": " + detail);
    }

    /** Fails unless {@code holds}. */
    public static void unless(boolean holds, String invariant, String detail) {
        if (!holds) {
            throw new Violation(invariant, detail);
        }
    }

    /** The same, for where writing the detail would take most of the time. */
    static void unless(boolean holds, String invariant, Supplier<String> detail) {
        if (!holds) {
            throw new Violation(invariant, detail.get());
        }
    }
}
