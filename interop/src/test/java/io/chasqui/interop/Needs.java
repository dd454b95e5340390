package io.chasqui.interop;

import java.io.File;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Says that a test class runs a program of somebody else's. Without it the tests are aborted with a sentence that says what
 * to install; where {@code CI} is in the environment they fail with it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Needs.All.class)
@ExtendWith(Needs.Check.class)
@interface Needs {
    /** The name of the program. */
    String value();

    /** What has it, for a human. */
    String install();

    /** Several of them. */
    @Retention(RetentionPolicy.RUNTIME)
    @ExtendWith(Needs.Check.class)
    @interface All {
        Needs[] value();
    }

    /** Looks along PATH before the first test of a class. */
    final class Check implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            for (Needs needs : context.getRequiredTestClass().getAnnotationsByType(Needs.class)) {
                if (!isInstalled(needs.value())) {
                    String sentence = needs.value() + " is not in PATH: install " + needs.install() + ".";
                    if (System.getenv("CI") != null) {
                        throw new AssertionError(sentence);
                    }
                    Assumptions.abort(sentence);
                }
            }
        }

        private static boolean isInstalled(String program) {
            return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .map(directory -> Path.of(directory, program))
                    .anyMatch(Files::isExecutable);
        }
    }
}
