package io.chasqui.protocol;

import java.util.List;

/**
 * SUBSCRIBE, section 3.8. Topic Filters are as received: that each is well formed is for the receiver to judge, since a bad
 * one is answered on its own with 0x8F.
 *
 * @param packetId 1 to 65,535
 * @param subscriptionId Subscription Identifier, 1 to 268,435,455, or 0 for none
 * @param entries one or more, in the order of the packet
 */
public record Subscribe(int packetId, int subscriptionId, List<Entry> entries, List<UserProperty> userProperties)
        implements Packet {
    public Subscribe {
        assert packetId >= 1 && packetId <= 65_535 : packetId;
        entries = List.copyOf(entries);
        userProperties = List.copyOf(userProperties);
    }

    public Subscribe(int packetId, List<Entry> entries) {
        this(packetId, 0, entries, List.of());
    }

    /** One Topic Filter with its Subscription Options. */
    public record Entry(String filter, SubscriptionOptions options) {}
}
