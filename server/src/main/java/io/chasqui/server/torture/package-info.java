/**
 * {@code chasqui torture}: kills a broker again and again and holds it to what it has acknowledged. It knows the broker only
 * by its port, so it works against any.
 *
 * <p>{@link io.chasqui.server.torture.Torture} runs the rounds: it starts and kills the {@code Victim}. Meanwhile each client
 * is one virtual thread that owns all its state: {@code Publisher}, {@code Subscriber}, {@code RetainedReader},
 * {@code WillOwner}. They tell the ledgers what was promised to them and what they got, and the ledgers, the only things that
 * threads share, find the {@link io.chasqui.server.torture.Fault}s. Read {@code Ledger} first, then {@code Publisher}: a
 * client that is not exact would accuse the broker of what it did itself.
 *
 * <p>No client library and no load generator: see {@code protocol} for the packets.
 */
@NullMarked
package io.chasqui.server.torture;

import org.jspecify.annotations.NullMarked;
