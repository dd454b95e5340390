package io.chasqui.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.conformance.suite.Catalog;
import io.chasqui.conformance.suite.ConformancePage;
import io.chasqui.conformance.suite.Result;
import io.chasqui.conformance.suite.Result.Status;
import io.chasqui.conformance.suite.Suite;
import io.chasqui.conformance.suite.TestCase;
import io.chasqui.conformance.tests.AllTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * The whole suite against our broker, each conformance test as one JUnit test, and {@code docs/conformance.md} with it. All
 * tests are started at once, see {@link Suite}; JUnit only collects.
 */
class ConformanceTest {
    /** Generous: a build machine may be busy, and only a failing test waits so long. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static final Path PAGE = Path.of("..", "docs", "conformance.md");
    private static final Path CLIENT_TESTS = Path.of("..", "client", "src", "test", "java");
    private static final List<TestCase> TESTS = AllTests.list();
    private static Brokers brokers;
    private static Map<TestCase, CompletableFuture<Result>> started;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        brokers = new Brokers(folder.resolve("users"));
        started = new Suite(brokers.addresses(), "/mqtt", TIMEOUT, 8).start(TESTS);
    }

    @AfterAll
    static void stop() {
        CompletableFuture.allOf(started.values().toArray(CompletableFuture<?>[]::new))
                .join();
        brokers.close();
    }

    @TestFactory
    Stream<DynamicTest> broker() {
        return TESTS.stream()
                .map(test -> DynamicTest.dynamicTest(test.toString(), () -> {
                    Result result = started.get(test).join();
                    if (result.status() == Status.NOT_RUN) {
                        throw new TestAbortedException(result.detail());
                    }
                    assertThat(result.failed()).as(result.detail()).isFalse();
                }));
    }

    @Test
    void everyStatementHasATestOrAReason() {
        assertThat(Catalog.load().faults(TESTS)).isEmpty();
    }

    /** With {@code -Dconformance.write=true} the page is written instead. */
    @Test
    void pageIsUpToDate() throws IOException {
        List<Result> results =
                TESTS.stream().map(test -> started.get(test).join()).toList();
        String page = new ConformancePage(Catalog.load(), results, ClientTests.byStatement(CLIENT_TESTS)).markdown();
        if (Boolean.getBoolean("conformance.write")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("write it anew with the command that it names")
                .content()
                .isEqualTo(page);
    }
}
