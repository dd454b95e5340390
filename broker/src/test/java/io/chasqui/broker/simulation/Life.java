package io.chasqui.broker.simulation;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is known of one session: its subscriptions, what it was sent, and how long it surely lives; moments. */
final class Life {
    final List<Sub> subs = new ArrayList<>();
    final Map<String, List<Sending>> sendings = new HashMap<>(); // by content
    long surelyFrom = Chronicle.NEVER;
    long doubtFrom = Chronicle.NEVER;
    boolean dead;
    long diedAt = Chronicle.NEVER; // moment
    boolean fleeting; // ends with its connection
    long expiryLeast;
    long expiryMost;

    boolean surely(long from, long now) {
        return !dead && surelyFrom <= from && doubtFrom > now;
    }

    /** One subscription; moments. */
    static final class Sub {
        final TopicFilter filter;
        final Qos qos;
        final int id;
        final long mayFrom;
        long mayTo = Chronicle.NEVER;
        long surelyFrom = Chronicle.NEVER;
        long surelyTo = Chronicle.NEVER;

        Sub(TopicFilter filter, Qos qos, int id, long mayFrom) {
            this.filter = filter;
            this.qos = qos;
            this.id = id;
            this.mayFrom = mayFrom;
        }

        boolean may(Told message) {
            boolean intime = message.isShared() || mayFrom <= message.to; // a share's may be handed on later
            return filter.matches(message.topic) && intime && mayTo >= message.from && message.from != Chronicle.NEVER;
        }

        boolean surely(Told message, long now) {
            return filter.matches(message.topic) && surelyFrom <= message.from && surelyTo > now;
        }
    }

    /** A message on its way to a client. */
    static final class Sending {
        final int packetId;
        final Qos qos;
        final long at; // when it was first sent
        boolean released;

        Sending(int packetId, Qos qos, long at) {
            this.packetId = packetId;
            this.qos = qos;
            this.at = at;
        }
    }
}
