package io.chasqui.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.server.config.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LineLoggerTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final LineLogger log = logger("io.chasqui.server.auth.Gate");

    private LineLogger logger(String name) {
        return new LineLogger(name, new PrintStream(written, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }

    @AfterEach
    void usualLevel() {
        Logging.start(LogLevel.WARN);
    }

    @Test
    void aLineSaysWhenWhoAndWhat() {
        log.warn("{} of {} are gone", 3, "five");

        assertThat(text())
                .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\[.+] WARN Gate - 3 of five are gone\\R");
    }

    @Test
    void aStackTraceIsBelowItsLine() {
        log.error("cannot {}", "go on", new IllegalStateException("why"));

        assertThat(text().lines().toList().get(0)).endsWith("ERROR Gate - cannot go on");
        assertThat(text().lines().toList().get(1)).isEqualTo("java.lang.IllegalStateException: why");
    }

    @Test
    void whatAPeerChoseCannotBeginALine() {
        log.warn("client {} is refused", "a\r\n2026-01-01 WARN Gate - all is well\u2028\u001b[2J\t\u0000ü");

        assertThat(text())
                .hasLineCount(1)
                .endsWith("client a\\r\\n2026-01-01 WARN Gate - all is well\\u2028\\u001b[2J\\t\\u0000ü is refused"
                        + System.lineSeparator());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAboveTheLevelIsNotWritten(LogLevel level) {
        Logging.start(level);

        log.error("error");
        log.warn("warn");
        log.info("info");
        log.debug("debug");
        log.trace("trace");

        assertThat(text().lines())
                .hasSize(level.ordinal() + 1)
                .last()
                .asString()
                .endsWith(" - " + level);
    }

    @Test
    void nettysSetUpIsNotOfInterestAtDebug() {
        Logging.start(LogLevel.DEBUG);

        logger("io.netty.util.internal.PlatformDependent").debug("has no Android");

        assertThat(text()).isEmpty();
    }
}
