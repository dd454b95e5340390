package io.chasqui.conformance.tests;

import io.chasqui.conformance.TestCase;
import java.util.List;

/** The whole suite, in the order of the standard. */
public final class AllTests {
    private static final List<Class<?>> CLASSES = List.of(DataTypeTests.class, HeaderTests.class);

    private AllTests() {}

    public static List<TestCase> list() {
        return TestCase.in(CLASSES);
    }
}
