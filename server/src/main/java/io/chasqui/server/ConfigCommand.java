package io.chasqui.server;

import io.chasqui.server.config.ConfigDocs;
import io.chasqui.server.config.ConfigException;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.ConfigShow;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import io.chasqui.server.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

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
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done, no faults");
        codes.put("2", "the command line is wrong");
        codes.put("" + ExitCode.CONFIG, "the configuration is wrong; each fault has a line");
        for (CommandSpec each : List.of(spec, check, show)) {
            each.usageMessage().exitCodeList(codes);
        }
        check.addOption(OptionSpec.builder("--json")
                .description("Print one JSON object: faults and warnings.")
                .build());
        check.usageMessage().footer("%nExamples:", "  chasqui config check chasqui.yaml && systemctl restart chasqui");
        show.usageMessage()
                .footer(
                        "%nExamples:",
                        "  chasqui config show --config chasqui.yaml",
                        "  chasqui config show --set limits.max-qos=1 | grep -v '# default'");
        return spec.addSubcommand("check", check).addSubcommand("show", show).addSubcommand("docs", docs);
    }

    private int check() {
        ParseResult parsed = check.commandLine().getParseResult();
        Path file = parsed.matchedPositionalValue(0, Path.of(""));
        if (parsed.hasMatchedOption("--json")) {
            return checkAsJson(file);
        }
        return withConfiguration(Sources.of(file), configuration -> {
            configuration.warnings().forEach(warning -> console.out().println("warning: " + warning));
            console.out().println(file + ": no faults");
        });
    }

    private int checkAsJson(Path file) {
        List<String> faults = List.of();
        List<String> warnings = List.of();
        try {
            warnings = ConfigReader.read(Sources.of(file)).warnings();
        } catch (ConfigException e) {
            faults = e.faults().stream().map(Object::toString).toList();
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("file", file.toString());
        all.put("faults", faults);
        all.put("warnings", warnings);
        console.out().println(Json.of(all));
        console.out().flush();
        return faults.isEmpty() ? ExitCode.OK : ExitCode.CONFIG;
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
