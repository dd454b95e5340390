package io.chasqui.server.logging;

import io.chasqui.server.config.LogLevel;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * Writes {@code 2026-11-23 01:43:56.120 [main] WARN Gate - what happened}, and a stack trace below it where there is one.
 * What a peer chose cannot begin a line: control characters of a message are written as {@code \n} or {@code \}{@code u0007}.
 */
final class LineLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;
    private final transient PrintStream out;
    private final LogLevel most; // whatever the setting says
    private final String shortName;

    /** @param name of the class that logs */
    LineLogger(String name, PrintStream out) {
        this.name = name;
        this.shortName = name.substring(name.lastIndexOf('.') + 1);
        this.out = out;
        // Netty's debug lines are about its own set-up.
        this.most = name.startsWith("io.netty.") ? LogLevel.INFO : LogLevel.TRACE;
    }

    /** A class of its own, for it takes 40 ms to load and most starts have nothing to log. */
    private static final class Time {
        private static final DateTimeFormatter FORMAT =
                DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);

        static String now() {
            return FORMAT.format(LocalDateTime.now(ZoneId.systemDefault()));
        }
    }

    private boolean isEnabled(LogLevel level) {
        LogLevel set = Logging.level();
        return level.compareTo(set) <= 0 && (level.compareTo(most) <= 0 || set == LogLevel.TRACE);
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String message,
            @Nullable Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        StringWriter text = new StringWriter();
        PrintWriter line = new PrintWriter(text);
        line.print(Time.now() + " [" + Thread.currentThread().getName() + "] " + level + " " + shortName + " - ");
        escape(String.valueOf(MessageFormatter.basicArrayFormat(message, arguments)), line);
        line.println();
        if (thrown != null) {
            thrown.printStackTrace(line);
        }
        out.print(text);
        out.flush();
    }

    private static void escape(String message, PrintWriter line) {
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            switch (c) {
                case '\n' -> line.print("\\n");
                case '\r' -> line.print("\\r");
                case '\t' -> line.print("\\t");
                case '\u2028', '\u2029' -> escaped(c, line);
                default -> {
                    if (Character.isISOControl(c)) {
                        escaped(c, line);
                    } else {
                        line.print(c);
                    }
                }
            }
        }
    }

    private static void escaped(char c, PrintWriter line) {
        line.print(String.format("\\u%04x", (int) c));
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    public boolean isErrorEnabled() {
        return isEnabled(LogLevel.ERROR);
    }

    @Override
    public boolean isWarnEnabled() {
        return isEnabled(LogLevel.WARN);
    }

    @Override
    public boolean isInfoEnabled() {
        return isEnabled(LogLevel.INFO);
    }

    @Override
    public boolean isDebugEnabled() {
        return isEnabled(LogLevel.DEBUG);
    }

    @Override
    public boolean isTraceEnabled() {
        return isEnabled(LogLevel.TRACE);
    }
}
