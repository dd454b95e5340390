/**
 * Client libraries that other people wrote, talking through the broker.
 *
 * <p>{@link io.chasqui.interop.SpeaksMqtt} is what every library must be able to do, whatever its version of MQTT, and
 * {@link io.chasqui.interop.SpeaksMqtt5} what MQTT 5 adds; a library joins by an adapter ({@link io.chasqui.interop.Client})
 * and a test class of a few lines. Each client speaks through a {@link io.chasqui.interop.Wire}, which can lose bytes
 * and break. {@link io.chasqui.interop.RunningBroker} starts the broker, or names another one to test against.
 */
@NullMarked
package io.chasqui.interop;

import org.jspecify.annotations.NullMarked;
