package io.chasqui.server;

import io.chasqui.broker.Broker;
import io.chasqui.server.config.ConfigException;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import io.chasqui.server.logging.Logging;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;

/** What {@code serve} does, however its command line was read: starts the broker and runs until the process is told to stop. */
final class Serving {
    private final Console console;
    private final RunningBroker.Starter starter;

    Serving(Console console, RunningBroker.Starter starter) {
        this.console = console;
        this.starter = starter;
    }

    /** @return the exit code, if it does not start; else it does not return, for the process ends in {@link Shutdown} */
    int run(Sources sources) throws InterruptedException {
        Broker.prepare(); // while settings and store are read
        Configuration configuration;
        try {
            configuration = ConfigReader.read(sources);
        } catch (ConfigException e) {
            console.err().print(e.report());
            console.err().flush();
            return ExitCode.CONFIG;
        }
        try {
            RunningBroker broker = start(configuration, sources);
            Shutdown.closeAtExit(broker, configuration.broker().shutdownGrace(), console);
        } catch (UncheckedIOException e) {
            console.fail(StartFailure.explain(e));
            return ExitCode.FAILED;
        }
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }

    /** Starts the broker and greets. */
    RunningBroker start(Configuration configuration, Sources sources) {
        Logging.start(configuration.logLevel());
        RunningBroker broker = starter.start(configuration);
        console.out().print(Banner.text(configuration, sources.file(), broker.addresses(), broker.found()));
        console.out().flush();
        return broker;
    }
}
