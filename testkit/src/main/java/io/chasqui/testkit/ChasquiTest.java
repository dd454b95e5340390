package io.chasqui.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * On a test class or method of JUnit 5: tests may have parameters of the types {@link TestBroker}, a broker for this one test,
 * {@link FaultyNetwork}, a network before it, and {@code io.chasqui.client.MqttClient}, connected to it directly. All of one test have the same
 * broker, each {@code MqttClient} parameter is another client, and all is closed after the test.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(ChasquiExtension.class)
public @interface ChasquiTest {}
