package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of the help: docs/commands is as it should be, and completion and manual pages are of use. */
class CommandPagesTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true));

    @TempDir
    Path directory;

    private int run(String... arguments) {
        return Chasqui.run(arguments, Map.of(), console, _ -> {
            throw new AssertionError("nothing is to be started");
        });
    }

    private static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }

    @Test
    void thePagesOfTheRepositoryAreThoseOfTheHelp() throws Exception {
        assertThat(files(Path.of("../docs/commands")))
                .as("run " + CommandPages.COMMAND)
                .isEqualTo(CommandPages.markdown(Chasqui.all()));
    }

    @Test
    void everyCommandHasAPageAndHiddenOnesHaveNone() {
        assertThat(CommandPages.markdown(Chasqui.all()))
                .containsKeys("README.md", "serve.md", "pub.md", "sub.md", "doctor.md")
                .doesNotContainKeys("warm-up.md", "pages.md");
    }

    @Test
    void manualPagesHaveTheirSections() throws Exception {
        assertThat(run("man", directory.toString())).isZero();
        assertThat(files(directory)).containsKeys("chasqui.1", "chasqui-pub.1", "chasqui-config-check.1");
        assertThat(files(directory).get("chasqui-pub.1"))
                .startsWith(".TH CHASQUI-PUB 1")
                .contains(
                        ".SH NAME\nchasqui\\-pub \\- Publish messages.",
                        ".TP\n.B \\-t, \\-\\-topic TOPIC\nTopic Name.\n",
                        ".SH EXIT STATUS\n.TP\n.B 0\ndone\n",
                        ".SH EXAMPLES\n.nf\nchasqui pub \\-t")
                .doesNotContain("%n", "%%");
    }

    @Test
    void completionKnowsCommandsAndOptions() throws Exception {
        assertThat(run("completion", "bash")).isZero();
        Path script = Files.writeString(directory.resolve("completion"), out.toString());
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source " + script + " && COMP_WORDS=(chasqui pub --rep) COMP_CWORD=2"
                                + " && _complete_chasqui && echo ${COMPREPLY[@]}")
                .redirectErrorStream(true)
                .start();
        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\\s+"))
                .contains("--repeat", "--replay", "--repeat-delay");
        assertThat(run("completion", "fish")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("SHELL is fish; give bash or zsh");
    }

    /** As a file in $fpath, in a terminal of its own: also the first completion, which loads the file, has to be one. */
    @Test
    void completionWorksInZsh() throws Exception {
        boolean there = Files.isExecutable(Path.of("/usr/bin/zsh"));
        assumeTrue(there || System.getenv("CI") != null, "zsh is not installed");
        assertThat(run("completion", "zsh")).isZero();
        Files.writeString(directory.resolve("_chasqui"), out.toString());
        Path typing = Files.writeString(directory.resolve("typing"), """
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z "PS1=; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D; echo REA''DY"
            zpty -r z out '*READY*'
            zpty -w -n z $'chasqui pi\\t'
            zpty -r z out '*chasqui ping*'
            print found
            zpty -d z
            """);
        Process zsh = new ProcessBuilder("/usr/bin/zsh", "-f", typing.toString(), directory.toString())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(zsh.waitFor(30, TimeUnit.SECONDS)).as("is completed").isTrue();
            assertThat(zsh.inputReader().readAllAsString()).isEqualTo("found\n");
        } finally {
            zsh.destroyForcibly();
        }
    }
}
