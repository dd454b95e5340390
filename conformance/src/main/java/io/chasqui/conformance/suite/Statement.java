package io.chasqui.conformance.suite;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a conformance test with the statements that it proves: {@code MQTT5-3.3.4-9} and {@code MQTT3-...} are numbers
 * of the OASIS documents with the version in front, {@code U5-17}, {@code U3-..} and {@code U31-..} are rules without
 * such a number, see {@code rules.csv}. The test runs once for each version that its statements are of.
 *
 * <p>The method takes a {@link Scene} and throws an {@link AssertionError} when the broker fails.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Statement {
    String[] value();
}
