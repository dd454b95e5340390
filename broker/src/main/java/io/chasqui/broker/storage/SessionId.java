package io.chasqui.broker.storage;

/**
 * A session as the store knows it: one life of a Client Identifier, from its first CONNECT to its end. A later session of the
 * same Client Identifier has another number, so what belonged to the ended one can never be taken for its own.
 *
 * @param shard 0 to the number of shards less one
 * @param number above zero, never used again in one store; a later session has a higher one
 */
public record SessionId(int shard, long number) {}
