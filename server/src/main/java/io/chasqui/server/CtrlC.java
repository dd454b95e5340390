package io.chasqui.server;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in its own way when the process is told to stop (Ctrl-C, SIGTERM): with its summary, and the exit code that
 * it has chosen and not the JVM's 130, which takes a halt. While none is open the JVM ends as ever.
 */
final class CtrlC implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 15;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;
    private volatile int exitCode = ExitCode.OK;

    private CtrlC(Runnable stop) {
        hook = new Thread(() -> Runtime.getRuntime().halt(stopped(stop)), "ctrl-c");
    }

    /** @param stop makes the command end soon; called on a thread of its own, at most once */
    static CtrlC calls(Runnable stop) {
        CtrlC ctrlC = new CtrlC(stop);
        Runtime.getRuntime().addShutdownHook(ctrlC.hook);
        return ctrlC;
    }

    /** Stops the command and waits until it has ended; returns its exit code. */
    int stopped(Runnable stop) {
        stop.run();
        try {
            return done.await(PATIENCE_SECONDS, TimeUnit.SECONDS) ? exitCode : ExitCode.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
    }

    /** What the command ends with; returns it. */
    int ends(int code) {
        exitCode = code;
        return code;
    }

    /** The command has printed all that it has to. */
    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            // the hook is running, and waited for us
        }
    }
}
