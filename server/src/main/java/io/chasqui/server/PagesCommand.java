package io.chasqui.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code chasqui completion}, {@code man} and {@code pages}: what can be made of the commands themselves. */
final class PagesCommand {
    private static final String ZSH_END = """

        if [[ ${funcstack[1]-} == _chasqui ]]; then
          _bash_complete -o default -F _complete_chasqui
        fi
        """;

    private final Console console;
    private final CommandSpec completion =
            Chasqui.spec(this::completion, "Print a script that completes commands and options in bash or zsh.");
    private final CommandSpec manual = Chasqui.spec(this::manual, "Write manual pages into a directory.");
    private final CommandSpec pages = Chasqui.spec(this::pages, "Write docs/commands.");

    PagesCommand(Console console) {
        this.console = console;
    }

    CommandSpec completionSpec() {
        completion
                .usageMessage()
                .footer(
                        "%nExamples:",
                        "  source <(chasqui completion bash)",
                        "  chasqui completion bash > ~/.local/share/bash-completion/completions/chasqui",
                        "  chasqui completion zsh > ~/.zsh/completions/_chasqui     with that directory in $fpath",
                        "  source <(chasqui completion zsh)");
        return completion.addPositional(parameter("SHELL", "bash or zsh.", List.of("bash", "zsh")));
    }

    CommandSpec manualSpec() {
        manual.usageMessage().footer("%nExamples:", "  chasqui man ~/.local/share/man/man1 && man chasqui-pub");
        return manual.addPositional(parameter("DIR", "Where to write chasqui.1, chasqui-serve.1, ...", List.of()));
    }

    CommandSpec pagesSpec() {
        pages.usageMessage().hidden(true); // for those who work on Chasqui
        return pages.addPositional(
                parameter("DIR", "Where to write README.md and a page for each command.", List.of()));
    }

    private static PositionalParamSpec parameter(String label, String description, List<String> candidates) {
        return PositionalParamSpec.builder()
                .paramLabel(label)
                .type(String.class)
                .index("0")
                .arity("1")
                .required(true)
                .description(description)
                .completionCandidates(candidates.isEmpty() ? null : candidates)
                .build();
    }

    private static String given(CommandSpec spec) {
        return spec.commandLine().getParseResult().matchedPositionalValue(0, "");
    }

    private int completion() {
        String shell = given(completion);
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw new ParameterException(completion.commandLine(), "SHELL is " + shell + "; give bash or zsh");
        }
        // The script is for both: in zsh it loads what understands bash's. There it may be sourced, or be a file in
        // $fpath, which is run at the first completion and has to answer it.
        String script = AutoComplete.bash("chasqui", Chasqui.all()).replaceAll("(?m)^# on .*\\n", "");
        String noCompopt =
                script.replace("  alias compopt=complete", "  compopt() { :; }"); // an alias is too late in $fpath
        console.out().print(shell.equals("zsh") ? "#compdef chasqui\n" + noCompopt + ZSH_END : script);
        console.out().flush();
        return ExitCode.OK;
    }

    private int manual() {
        return write(manual, CommandPages::manual);
    }

    private int pages() {
        return write(pages, CommandPages::markdown);
    }

    private int write(CommandSpec spec, Function<CommandLine, Map<String, String>> made) {
        Path directory = Path.of(given(spec));
        Map<String, String> files = new TreeMap<>(made.apply(Chasqui.all()));
        try {
            Files.createDirectories(directory);
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            console.fail("cannot write to " + directory + ": " + e + "; give a directory that you may write to");
            return ExitCode.FAILED;
        }
        console.out().println(files.size() + " pages written to " + directory);
        console.out().flush();
        return ExitCode.OK;
    }
}
