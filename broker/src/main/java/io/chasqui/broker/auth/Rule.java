package io.chasqui.broker.auth;

import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One sentence about what some clients may or may not do. Immutable.
 *
 * @param allows false for a rule that denies
 * @param publish whether it speaks of publishing
 * @param subscribe whether it speaks of subscribing, and so of receiving
 * @param filter a Topic Filter in whose levels {@code %c}, {@code %u} and {@code %g} stand for the Client Identifier, the
 *     user and each group of the client
 * @param who the clients that it speaks of
 * @param minQos it speaks of this QoS and above
 * @param maxQos and of this one and below
 * @param retain it speaks of messages with this RETAIN alone; null for both
 * @param source where it stands, such as {@code rules.yaml:12}
 */
public record Rule(
        boolean allows,
        boolean publish,
        boolean subscribe,
        String filter,
        Who who,
        Qos minQos,
        Qos maxQos,
        @Nullable Boolean retain,
        String source) {
    /**
     * The clients that a rule speaks of: those that are in every set that is not empty.
     *
     * @param certificates identities of client certificates
     * @param networks that the address of the client is in one of
     */
    public record Who(
            Set<String> users,
            Set<String> groups,
            Set<String> clientIds,
            Set<String> certificates,
            Set<Network> networks) {
        public static final Who EVERYONE = new Who(Set.of(), Set.of(), Set.of(), Set.of(), Set.of());

        public Who {
            users = Set.copyOf(users);
            groups = Set.copyOf(groups);
            clientIds = Set.copyOf(clientIds);
            certificates = Set.copyOf(certificates);
            networks = Set.copyOf(networks);
        }
    }

    /** @throws IllegalArgumentException when {@code filter} is not a Topic Filter, or is a shared one */
    public Rule {
        String fault = TopicFilter.fault(filter);
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
        if (TopicFilter.of(filter).isShared()) {
            throw new IllegalArgumentException("give the Topic Filter behind $share/ShareName/ alone");
        }
        if (minQos.level() > maxQos.level()) {
            throw new IllegalArgumentException("the lowest QoS is above the highest");
        }
    }

    /** A rule for everyone without conditions. */
    public static Rule of(boolean allows, boolean publish, boolean subscribe, String filter, String source) {
        return new Rule(
                allows, publish, subscribe, filter, Who.EVERYONE, Qos.AT_MOST_ONCE, Qos.EXACTLY_ONCE, null, source);
    }
}
