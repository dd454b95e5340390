package io.chasqui.server.logging;

import io.chasqui.server.config.LogLevel;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Where SLF4J's lines go: to standard error, each in one write, without files or threads; whoever runs the broker (a terminal,
 * systemd, a container) keeps them. Why not a provider of the shelf: docs/decisions/0015-log-lines.md. Any thread.
 */
public final class Logging implements SLF4JServiceProvider {
    private static volatile LogLevel level = LogLevel.WARN;
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter contexts = new NOPMDCAdapter();
    private final ILoggerFactory loggers = name -> new LineLogger(name, System.err);

    /** For SLF4J. */
    public Logging() {}

    /** Sets how much is logged, at any time, and names this class to SLF4J, which it heeds before the first logger is made. */
    public static void start(LogLevel upTo) {
        level = upTo;
        if (System.getProperty("slf4j.provider") == null) {
            System.setProperty("slf4j.provider", Logging.class.getName());
            System.setProperty("slf4j.internal.verbosity", "WARN"); // else SLF4J says that it was named
        }
    }

    static LogLevel level() {
        return level;
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return loggers;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return contexts;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99"; // any 2.0
    }

    @Override
    public void initialize() {}
}
