package io.chasqui.server.torture;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The broker as something that is started and killed. Confined to the thread of {@link Torture}. */
interface Victim extends AutoCloseable {
    /** Begins to start it; when it accepts MQTT is for the caller to see. */
    void start() throws VictimException, InterruptedException;

    /** Ends it without a warning. On return all its processes are gone, as far as can be known. */
    void kill() throws VictimException, InterruptedException;

    /** Whether {@link #kill} may come at once after {@link #start}. */
    boolean canDieYoung();

    /** @throws VictimException when it ended by itself, and then it will never accept MQTT */
    void checkAlive() throws VictimException;

    /** Leaves nothing running that this started. */
    @Override
    void close();

    /** A command of the user's did not do what it is for. The message is for the user. */
    final class VictimException extends Exception {
        private static final long serialVersionUID = 1;

        VictimException(String message) {
            super(message);
        }
    }

    /** A process of our own, with all that it starts in turn. */
    final class Own implements Victim {
        private static final Duration DEATH = Duration.ofSeconds(30);

        private final String command;
        private final @Nullable Path log;
        private final Thread hook = new Thread(this::killTree);
        private volatile @Nullable Process process; // the hook reads it

        Own(String command, @Nullable Path log) {
            this.command = command;
            this.log = log;
            Runtime.getRuntime().addShutdownHook(hook);
        }

        @Override
        public void start() throws VictimException {
            process = shell(command, log);
        }

        @Override
        public void kill() throws VictimException, InterruptedException {
            for (ProcessHandle killed : killTree()) {
                try {
                    killed.onExit().get(DEATH.toSeconds(), TimeUnit.SECONDS);
                } catch (TimeoutException | ExecutionException e) {
                    throw new VictimException("process " + killed.pid() + " does not end after SIGKILL: " + e);
                }
            }
        }

        @Override
        public boolean canDieYoung() {
            return true;
        }

        @Override
        public void checkAlive() throws VictimException {
            if (process != null && !process.isAlive()) {
                throw new VictimException("--broker-command ended by itself with exit code " + process.exitValue()
                        + "; it must stay in the foreground" + (log == null ? ", and --broker-log shows why" : ""));
            }
        }

        @Override
        public void close() {
            killTree();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException _) {
                // The JVM is on its way out, and the hook runs.
            }
        }

        private List<ProcessHandle> killTree() {
            List<ProcessHandle> killed = new ArrayList<>();
            if (process != null) {
                killTree(process.toHandle(), killed);
            }
            return killed;
        }

        /** From the root: one that is dead cannot start others. Its children are asked for before, or they are nobody's. */
        private static void killTree(ProcessHandle root, List<ProcessHandle> killed) {
            List<ProcessHandle> children = root.children().toList();
            if (root.destroyForcibly()) {
                killed.add(root);
            }
            children.forEach(child -> killTree(child, killed));
        }
    }

    /** Somebody else's process: commands of the user's kill and start it. */
    final class Remote implements Victim {
        private final String killCommand;
        private final @Nullable String startCommand;
        private final @Nullable Path log;
        private final Duration timeout; // for each command
        private boolean killed; // the user starts it for the first time

        Remote(String killCommand, @Nullable String startCommand, @Nullable Path log, Duration timeout) {
            this.killCommand = killCommand;
            this.startCommand = startCommand;
            this.log = log;
            this.timeout = timeout;
        }

        @Override
        public void start() throws VictimException, InterruptedException {
            if (killed && startCommand != null) {
                run("--start-command", startCommand);
            }
        }

        @Override
        public void kill() throws VictimException, InterruptedException {
            killed = true;
            run("--kill-command", killCommand);
        }

        @Override
        public boolean canDieYoung() {
            return false;
        }

        @Override
        public void checkAlive() {}

        @Override
        public void close() {}

        private void run(String option, String command) throws VictimException, InterruptedException {
            Process process = shell(command, log);
            if (!process.waitFor(timeout.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new VictimException(option + " did not end within " + timeout.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new VictimException(option + " ended with exit code " + process.exitValue());
            }
        }
    }

    private static Process shell(String command, @Nullable Path log) throws VictimException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.redirectOutput(
                log == null ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new VictimException("cannot run " + command + ": " + e.getMessage());
        }
    }
}
