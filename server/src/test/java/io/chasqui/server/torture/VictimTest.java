package io.chasqui.server.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VictimTest {
    @TempDir
    Path directory;

    private Path pids;

    @BeforeEach
    void pipe() throws Exception {
        pids = directory.resolve("pids");
        assertThat(new ProcessBuilder("mkfifo", pids.toString()).start().waitFor())
                .isZero();
    }

    @Test
    void aKillEndsTheWholeTreeAndNothingElse() throws Exception {
        Process bystander = new ProcessBuilder("sleep", "1000").start();
        String command = "exec 3>'" + pids + "'; sh -c 'sleep 1000 & echo $! >&3; wait' & echo $! >&3; echo $$ >&3;"
                + " exec 3>&-; wait";
        try (Victim victim = new Victim.Own(command, null)) {
            victim.start();
            List<ProcessHandle> tree = read(3);
            assertThat(tree).allMatch(ProcessHandle::isAlive);
            victim.checkAlive();
            victim.kill();
            assertThat(tree).noneMatch(ProcessHandle::isAlive);
            assertThatThrownBy(victim::checkAlive).hasMessageContaining("ended by itself with exit code 137");
            assertThat(bystander.isAlive()).isTrue();
        } finally {
            bystander.destroyForcibly();
        }
    }

    @Test
    void closingLeavesNothingBehind() throws Exception {
        List<ProcessHandle> tree;
        try (Victim victim = new Victim.Own("echo $$ >'" + pids + "'; exec sleep 1000", null)) {
            victim.start();
            tree = read(1);
        }
        tree.getFirst().onExit().get(30, TimeUnit.SECONDS);
    }

    @Test
    void theOutputOfTheCommandsIsKept() throws Exception {
        Path log = directory.resolve("log");
        Victim victim = new Victim.Remote("echo killed", "echo started; exit 3", log, Duration.ofSeconds(30));
        victim.start(); // the user has started it
        assertThat(log).doesNotExist();
        victim.kill();
        assertThatThrownBy(victim::start).hasMessage("--start-command ended with exit code 3");
        assertThat(Files.readString(log)).isEqualTo("killed\nstarted\n");
    }

    @Test
    void aKillCommandThatFailsIsSaid() {
        Victim victim = new Victim.Remote("exit 1", null, null, Duration.ofSeconds(30));
        assertThatThrownBy(victim::kill).hasMessage("--kill-command ended with exit code 1");
    }

    private List<ProcessHandle> read(int count) throws IOException {
        List<ProcessHandle> handles = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(pids)) {
            while (handles.size() < count) {
                handles.add(ProcessHandle.of(Long.parseLong(in.readLine())).orElseThrow());
            }
        }
        return handles;
    }
}
