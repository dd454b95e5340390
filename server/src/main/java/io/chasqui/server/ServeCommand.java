package io.chasqui.server;

import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui serve}, for picocli: its help, and what {@link PlainServe} does not read. */
final class ServeCommand {
    private final Map<String, String> environment;
    private final Console console;
    private final RunningBroker.Starter starter;
    private final CommandSpec spec =
            ConfigOptions.addTo(Chasqui.spec(this::call, "Start the broker. It runs until Ctrl-C or SIGTERM."));

    ServeCommand(Map<String, String> environment, Console console, RunningBroker.Starter starter) {
        this.environment = environment;
        this.console = console;
        this.starter = starter;
    }

    CommandSpec spec() {
        spec.usageMessage()
                .exitCodeList(Chasqui.exitCodes())
                .footer(
                        "%nExamples:",
                        "  chasqui serve",
                        "  chasqui serve --config chasqui.yaml --data /var/lib/chasqui",
                        "  chasqui serve --port 1884 --set limits.max-packet-bytes=4MiB");
        return spec;
    }

    private int call() throws InterruptedException {
        return new Serving(console, starter)
                .run(ConfigOptions.sources(spec.commandLine().getParseResult(), environment));
    }
}
