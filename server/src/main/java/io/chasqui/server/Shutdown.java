package io.chasqui.server;

import java.time.Duration;

/**
 * Closes the broker when the process is told to stop (Ctrl-C, SIGTERM), within a bounded time. A stop that was asked for
 * and went well is no failure, so the exit code is 0 and not the JVM's 130 or 143; that takes a halt, for by the time that a
 * shutdown hook runs the JVM's own code is set. It is the only hook, so nothing else is cut short.
 */
final class Shutdown {
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private Shutdown() {}

    static void closeAtExit(RunningBroker broker, Duration grace, Console console) {
        Thread hook =
                new Thread(() -> Runtime.getRuntime().halt(close(broker, grace.plus(MARGIN), console)), "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Closes the broker, or gives up after {@code patience}. Returns the exit code. */
    static int close(RunningBroker broker, Duration patience, Console console) {
        Thread closer = Thread.ofPlatform().daemon().name("close").unstarted(broker::close);
        Throwable[] failure = new Throwable[1]; // written before the thread ends, read after it has been joined
        closer.setUncaughtExceptionHandler((_, e) -> failure[0] = e);
        closer.start();
        try {
            if (!closer.join(patience)) {
                console.fail("did not stop within " + patience.toSeconds() + " s, giving up");
                return ExitCode.FAILED;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
        if (failure[0] != null) {
            console.fail("stopped, but not cleanly: " + failure[0]);
            return ExitCode.FAILED;
        }
        console.out().println("chasqui: stopped");
        console.out().flush();
        return ExitCode.OK;
    }
}
