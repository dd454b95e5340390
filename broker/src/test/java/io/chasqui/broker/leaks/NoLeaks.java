package io.chasqui.broker.leaks;

import io.netty.util.LeakPresenceDetector.ResourceScope;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that has ended while resources of Netty, such as buffers, are still borrowed. What closes on threads of its own has
 * {@link #PATIENCE} to do so.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final String TRACKING = "io.netty.util.LeakPresenceDetector.trackCreationStack";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public void beforeAll(ExtensionContext context) {
        if (isOutermost(context)) {
            BorrowedResources.begin(context.getDisplayName());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (isOutermost(context)) {
            check(context.getDisplayName(), PATIENCE);
        }
    }

    private static boolean isOutermost(ExtensionContext context) {
        return context.getRequiredTestClass().getEnclosingClass() == null;
    }

    /** @throws AssertionError when something is borrowed after {@code patience} */
    static void check(String borrower, Duration patience) {
        ResourceScope scope = BorrowedResources.current();
        long begin = System.nanoTime();
        while (scope.hasOpenResources() && System.nanoTime() - begin < patience.toNanos()) {
            System.gc(); // for contexts of TLS that were replaced
            Thread.onSpinWait();
        }
        if (scope.hasOpenResources()) {
            BorrowedResources.begin("after " + borrower); // the next class is not to blame
            throw new AssertionError(
                    borrower + " has borrowed buffers or other resources of Netty and not released them."
                            + " -Dtest.jvm.args=-D" + TRACKING + "=true says which",
                    Boolean.getBoolean(TRACKING) ? whereFrom(scope) : null);
        }
    }

    /** Closes the scope, so whatever is released later complains, too. */
    private static Throwable whereFrom(ResourceScope scope) {
        try {
            scope.close();
            return new IllegalStateException("it was released just now");
        } catch (RuntimeException leak) {
            return leak;
        }
    }
}
