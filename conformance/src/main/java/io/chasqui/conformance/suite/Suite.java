package io.chasqui.conformance.suite;

import io.chasqui.conformance.raw.Failure;
import io.chasqui.conformance.suite.Result.Status;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Runs tests side by side, each on a virtual thread of its own: at once those that wait for time to pass, then the others,
 * {@code abreast} at a time; when all are done, one by one, those that want the broker for themselves.
 *
 * @param brokers where to find a broker with each setting; tests of other settings do not run
 * @param webSocketPath of the broker with a WebSocket listener
 * @param timeout of every single wait for the broker
 */
public record Suite(Map<Fixture, InetSocketAddress> brokers, String webSocketPath, Duration timeout, int abreast) {
    public Suite {
        brokers = Map.copyOf(brokers);
    }

    /** Starts the tests; each future completes with the result of its test, never exceptionally. */
    public Map<TestCase, CompletableFuture<Result>> start(List<TestCase> tests) {
        Executor threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("test-", 0).factory());
        Semaphore places = new Semaphore(abreast);
        Map<TestCase, CompletableFuture<Result>> started = new LinkedHashMap<>();
        List<TestCase> inOrder =
                new ArrayList<>(tests.stream().filter(TestCase::waits).toList());
        inOrder.addAll(
                tests.stream().filter(test -> !test.waits() && !test.alone()).toList());
        for (TestCase test : inOrder) {
            started.put(
                    test,
                    CompletableFuture.supplyAsync(() -> test.waits() ? run(test) : runInPlace(test, places), threads));
        }
        CompletableFuture<?> before = CompletableFuture.allOf(started.values().toArray(CompletableFuture<?>[]::new));
        for (TestCase test : tests.stream().filter(TestCase::alone).toList()) {
            CompletableFuture<Result> future = before.thenApplyAsync(_ -> run(test), threads);
            started.put(test, future);
            before = future;
        }
        return started;
    }

    /** Runs the tests to the end; the results are in the order of the tests. */
    public List<Result> run(List<TestCase> tests) {
        Map<TestCase, CompletableFuture<Result>> started = start(tests);
        return tests.stream()
                .map(test -> started.get(test))
                .map(CompletableFuture::join)
                .toList();
    }

    private Result runInPlace(TestCase test, Semaphore places) {
        places.acquireUninterruptibly();
        try {
            return run(test);
        } finally {
            places.release();
        }
    }

    private Result run(TestCase test) {
        InetSocketAddress broker = brokers.get(test.fixture());
        if (broker == null) {
            return new Result(test, Status.NOT_RUN, "needs a broker with " + test.fixture(), Duration.ZERO, 0);
        }
        long start = System.nanoTime();
        try (Scene scene = new Scene(broker, webSocketPath, test.version(), timeout)) {
            Throwable thrown = test.run(scene);
            Duration time = Duration.ofNanos(System.nanoTime() - start);
            return thrown == null
                    ? new Result(test, Status.PASSED, "", time, scene.cases())
                    : new Result(test, Status.FAILED, detail(thrown), time, scene.cases());
        }
    }

    private static String detail(Throwable thrown) {
        String message = thrown.getMessage();
        return thrown instanceof Failure && message != null ? message : thrown.toString();
    }
}
