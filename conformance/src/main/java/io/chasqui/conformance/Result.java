package io.chasqui.conformance;

import java.time.Duration;

/** How one test went. {@code detail} says what was expected and seen, or why it did not run; empty for a pass. */
public record Result(TestCase test, Status status, String detail, Duration time) {
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
