/**
 * A checked journal of records in a file: what the client's outbox on disk is made of. Knows nothing of MQTT. Public for
 * {@code io.chasqui.client} alone.
 */
@NullMarked
package io.chasqui.client.outbox;

import org.jspecify.annotations.NullMarked;
