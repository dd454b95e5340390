package io.chasqui.server;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What happens at Ctrl-C and SIGTERM while a command runs: it is asked to end, so that its client says DISCONNECT, and the process ends
 * without a word. Between construction and {@link #close} only.
 */
final class Interruption implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 3;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    private Interruption(Runnable stop, boolean waits, int exitCode) {
        hook = new Thread(() -> end(stop, waits, exitCode), "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** For a command that runs until it is interrupted: {@code stop} has it come to its end, and the exit code is 0. */
    static Interruption ends(Runnable stop) {
        return new Interruption(stop, true, ExitCode.OK);
    }

    /** For a command that leaves something undone: when {@code stop} returns, the exit code is that of an interruption. */
    static Interruption cutsShort(Runnable stop) {
        return new Interruption(stop, false, ExitCode.INTERRUPTED);
    }

    private void end(Runnable stop, boolean waits, int exitCode) {
        stop.run();
        int code = exitCode;
        try {
            if (waits && !ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                code = ExitCode.INTERRUPTED;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(code); // the JVM's own code would be 130 or 143
    }

    /** The command has ended, and all its output is out. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook runs, and ends the process.
        }
    }
}
