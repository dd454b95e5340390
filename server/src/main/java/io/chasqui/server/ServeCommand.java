package io.chasqui.server;

import io.chasqui.server.config.ConfigException;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui serve}: starts the broker and runs until the process is told to stop. */
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
        spec.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(Chasqui.exitCodes());
        return spec;
    }

    private int call() throws InterruptedException {
        Sources sources = ConfigOptions.sources(spec.commandLine().getParseResult(), environment);
        Configuration configuration;
        try {
            configuration = ConfigReader.read(sources);
        } catch (ConfigException e) {
            console.err().print(e.report());
            console.err().flush();
            return ExitCode.CONFIG;
        }
        Logging.start(configuration.logLevel());
        try {
            RunningBroker broker = starter.start(configuration);
            console.out().print(Banner.text(configuration, sources.file(), broker.addresses(), broker.found()));
            console.out().flush();
            Shutdown.closeAtExit(broker, configuration.broker().shutdownGrace(), console);
        } catch (UncheckedIOException e) {
            console.fail(StartFailure.explain(e));
            return ExitCode.FAILED;
        }
        new CountDownLatch(1).await(); // the process ends in Shutdown
        return ExitCode.OK;
    }
}
