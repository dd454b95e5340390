/**
 * The load generator of {@code chasqui bench}. {@link io.chasqui.server.bench.Bench} runs what
 * {@link io.chasqui.server.bench.BenchSettings} asks for and returns a {@link io.chasqui.server.bench.BenchResult}; it works on
 * the wires of the client's transport and not on {@code MqttClient}, so that it costs less than the broker that it loads.
 *
 * <p>A Station is one connection: a Source publishes, a Sink receives. Each is at home on one event thread, and all of a thread
 * share its Lane: the counters and histograms, which that thread alone writes and the thread of {@code Bench} reads. Every payload
 * begins with a Stamp, from which a Sink tells lost, repeated and overtaken messages (Track), and the time since the message was
 * due. Read Bench first, then Source and Sink.
 */
@NullMarked
package io.chasqui.server.bench;

import org.jspecify.annotations.NullMarked;
