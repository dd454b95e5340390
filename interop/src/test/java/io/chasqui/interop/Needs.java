package io.chasqui.interop;

import java.io.File;
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
 * Says that a test class runs programs of somebody else's. Without them the tests are aborted with a sentence that says what
 * to install; where {@code CI} is in the environment they fail with it.
 */
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Needs.Check.class)
@interface Needs {
    /** The names of the programs. */
    String[] value();

    /** What has them, for a human. */
    String install();

    /** Looks along PATH before the first test of a class. */
    final class Check implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            Needs needs = context.getRequiredTestClass().getAnnotation(Needs.class);
            for (String program : needs.value()) {
                if (!isInstalled(program)) {
                    String sentence = program + " is not in PATH: install " + needs.install() + ".";
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
