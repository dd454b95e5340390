package io.chasqui.server;

import io.chasqui.server.config.ConfigDocs;
import io.chasqui.server.config.ConfigException;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.ConfigShow;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code chasqui config check|show}: looks at a configuration and starts nothing. */
final class ConfigCommand {
    private final Map<String, String> environment;
    private final Console console;
    private final CommandSpec check = Chasqui.spec(
                    this::check, "Say everything that is wrong with a configuration file.")
            .addPositional(PositionalParamSpec.builder()
                    .paramLabel("FILE")
                    .type(Path.class)
                    .index("0")
                    .arity("1")
                    .required(true)
                    .description("The file to check, by itself: the environment is not looked at.")
                    .build());
    private final CommandSpec show = ConfigOptions.addTo(
            Chasqui.spec(this::show, "Print the configuration that applies, as YAML, each value with its origin."));
    private final CommandSpec docs = Chasqui.spec(this::docs, "Print docs/configuration.md.");

    ConfigCommand(Map<String, String> environment, Console console) {
        this.environment = environment;
        this.console = console;
    }

    CommandSpec spec() {
        docs.usageMessage().hidden(true); // for those who work on Chasqui
        CommandSpec spec = Chasqui.help(CommandSpec.create());
        spec.usageMessage().description("Look at a configuration: check a file, or show what applies.");
        return spec.addSubcommand("check", check).addSubcommand("show", show).addSubcommand("docs", docs);
    }

    private int check() {
        Path file = check.commandLine().getParseResult().matchedPositionalValue(0, Path.of(""));
        return withConfiguration(Sources.of(file), configuration -> {
            configuration.warnings().forEach(warning -> console.out().println("warning: " + warning));
            console.out().println(file + ": no faults");
        });
    }

    private int show() {
        Sources sources = ConfigOptions.sources(show.commandLine().getParseResult(), environment);
        return withConfiguration(sources, configuration -> console.out().print(ConfigShow.yaml(configuration)));
    }

    private int docs() {
        console.out().print(ConfigDocs.markdown());
        console.out().flush();
        return ExitCode.OK;
    }

    private int withConfiguration(Sources sources, Consumer<Configuration> use) {
        try {
            use.accept(ConfigReader.read(sources));
            console.out().flush();
            return ExitCode.OK;
        } catch (ConfigException e) {
            console.err().print(e.report());
            console.err().flush();
            return ExitCode.CONFIG;
        }
    }
}
