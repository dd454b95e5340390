package io.chasqui.server;

import io.chasqui.server.config.Sources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options that say which configuration is meant: the same for {@code serve} and {@code config show}. */
final class ConfigOptions {
    /** Read where no file is named, if it is in the current directory. */
    static final Path DEFAULT_FILE = Path.of("chasqui.yaml");

    private ConfigOptions() {}

    static CommandSpec addTo(CommandSpec spec) {
        return spec.addOption(OptionSpec.builder("-c", "--config")
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description(
                                "Configuration file. Default: chasqui.yaml in the current directory, where there is"
                                        + " one.")
                        .build())
                .addOption(OptionSpec.builder("-p", "--port")
                        .paramLabel("N")
                        .type(String.class)
                        .description("Port of the plain MQTT listener. Default: 1883. 0 lets the system choose.")
                        .build())
                .addOption(OptionSpec.builder("-d", "--data")
                        .paramLabel("DIR")
                        .type(String.class)
                        .description("Directory for data. Default: data.")
                        .build())
                .addOption(OptionSpec.builder("-s", "--set")
                        .paramLabel("KEY=VALUE")
                        .type(String[].class)
                        .arity("1")
                        .description("Set any key of the configuration, such as limits.max-qos=1. Can be repeated.")
                        .build());
    }

    static Sources sources(ParseResult parsed, Map<String, String> environment) {
        return sources(
                parsed.matchedOptionValue("--config", (Path) null),
                environment,
                Arrays.asList(parsed.matchedOptionValue("--set", new String[0])),
                parsed.matchedOptionValue("--port", (String) null),
                parsed.matchedOptionValue("--data", (String) null));
    }

    /** @param file that was named; null for the default one, if it is there */
    static Sources sources(
            @Nullable Path file,
            Map<String, String> environment,
            List<String> assignments,
            @Nullable String port,
            @Nullable String data) {
        if (file == null && Files.exists(DEFAULT_FILE)) {
            file = DEFAULT_FILE;
        }
        return new Sources(file, environment, assignments, port, data);
    }
}
