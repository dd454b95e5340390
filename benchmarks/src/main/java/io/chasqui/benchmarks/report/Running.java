package io.chasqui.benchmarks.report;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What was started and has to end with us, whatever ends us: an interrupt, too. Any thread. */
final class Running {
    private final Set<AutoCloseable> all = ConcurrentHashMap.newKeySet();
    private volatile boolean ending;

    Running() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end what runs"));
    }

    /** @throws IllegalStateException when we are ending, and then {@code each} has been closed */
    <T extends AutoCloseable> T add(T each) {
        all.add(each);
        if (ending) { // after the entry, or end() and we could miss each other
            closeQuietly(each);
            throw new IllegalStateException("interrupted");
        }
        return each;
    }

    void remove(AutoCloseable each) {
        all.remove(each);
    }

    Process add(Process process) {
        AutoCloseable end = () -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        };
        add(end);
        process.onExit().thenRun(() -> remove(end));
        return process;
    }

    private void end() {
        ending = true;
        all.forEach(Running::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            System.err.println("benchmarks/run: left behind: " + e);
        }
    }
}
