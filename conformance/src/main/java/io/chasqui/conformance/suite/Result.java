package io.chasqui.conformance.suite;

import java.time.Duration;

/**
 * How one test went.
 *
 * @param detail what was expected and seen, or why the test did not run; empty for a pass
 * @param cases how many inputs the test tried
 */
public record Result(TestCase test, Status status, String detail, Duration time, int cases) {
    /** Outcomes of a test. */
    public enum Status {
        PASSED,
        FAILED,
        NOT_RUN
    }

    public boolean failed() {
        return status == Status.FAILED;
    }
}
