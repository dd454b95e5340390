/**
 * For tests of applications that speak MQTT: {@link io.chasqui.testkit.ChasquiTest} gives a JUnit test a broker of its own
 * on a free port, {@link io.chasqui.testkit.TestBroker} jumps over hours, and
 * {@link io.chasqui.testkit.FaultyNetwork} loses, doubles and holds back packets between broker and client. Clients of any make will do.
 */
@NullMarked
package io.chasqui.testkit;

import org.jspecify.annotations.NullMarked;
