package io.chasqui.server;

import io.chasqui.server.config.LogLevel;

/**
 * Sets up slf4j-simple, which has to happen before the first logger is made. It is the smallest backend there is: lines to
 * standard error, no files, no configuration file of its own, no threads; whoever runs the broker (a terminal, systemd, a
 * container) keeps the lines.
 */
final class Logging {
    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Logging() {}

    static void start(LogLevel level) {
        System.setProperty(PREFIX + "defaultLogLevel", level.toString());
        System.setProperty(PREFIX + "showDateTime", "true");
        System.setProperty(PREFIX + "dateTimeFormat", "yyyy-MM-dd HH:mm:ss.SSS");
        System.setProperty(PREFIX + "showShortLogName", "true");
        if (level == LogLevel.DEBUG) {
            System.setProperty(PREFIX + "log.io.netty", "info"); // its debug lines are about its own set-up
        }
    }
}
