package io.chasqui.broker.connection;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * Where each Client Identifier is at home: its shard is the murmur2 hash of its UTF-8 form modulo the number of shards,
 * which is fixed for the life of a store, and a shard's loop is fixed for the life of the process.
 */
public final class Homes {
    private static final int SEED =
            0x9747b28c; // the one Kafka's partitioner uses, so that a cluster's partitions can agree
    private static final int M = 0x5bd1e995;

    private final int shards;
    private final int loops;

    public Homes(int shards, int loops) {
        this.shards = shards;
        this.loops = loops;
    }

    int loops() {
        return loops;
    }

    public int shard(String clientId) {
        return (murmur2(clientId.getBytes(StandardCharsets.UTF_8)) & 0x7fff_ffff) % shards;
    }

    /** Index of the loop that {@code clientId} is at home on. */
    public int loop(String clientId) {
        return shard(clientId) % loops;
    }

    /** A Client Identifier that nobody uses, with its home on {@code loop}: 100 random bits. */
    public String assign(RandomGenerator random, int loop) {
        String clientId;
        do {
            clientId =
                    "auto-" + Long.toString(random.nextLong() >>> 14, 36) + Long.toString(random.nextLong() >>> 14, 36);
        } while (loop(clientId) != loop);
        return clientId;
    }

    static int murmur2(byte[] data) {
        int h = SEED ^ data.length;
        int i = 0;
        for (; i + 4 <= data.length; i += 4) {
            int k = (data[i] & 0xff)
                    | (data[i + 1] & 0xff) << 8
                    | (data[i + 2] & 0xff) << 16
                    | (data[i + 3] & 0xff) << 24;
            k *= M;
            k ^= k >>> 24;
            k *= M;
            h *= M;
            h ^= k;
        }
        int rest = data.length - i;
        if (rest >= 3) {
            h ^= (data[i + 2] & 0xff) << 16;
        }
        if (rest >= 2) {
            h ^= (data[i + 1] & 0xff) << 8;
        }
        if (rest >= 1) {
            h ^= data[i] & 0xff;
            h *= M;
        }
        h ^= h >>> 13;
        h *= M;
        h ^= h >>> 15;
        return h;
    }
}
