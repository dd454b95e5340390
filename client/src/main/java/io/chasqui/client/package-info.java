/**
 * An MQTT client, 5.0 and 3.1.1 with one API: begin at {@link io.chasqui.client.MqttClient}.
 *
 * <p>What an application touches is {@code MqttClient} with its builder, {@code Message}, {@code Received} and the one family
 * of failures, {@code MqttException}; those are safe on any thread. Behind them is one {@code ClientSession} for each client,
 * which outlives its connections and is confined to an event thread that many clients share: {@code Sender} has what goes
 * out, {@code Receiver} what comes in, {@code Subscriptions} what was subscribed to. A {@code Link} is one connection. Read
 * them in this order. Sockets are in {@code io.chasqui.client.transport}.
 */
@NullMarked
package io.chasqui.client;

import org.jspecify.annotations.NullMarked;
