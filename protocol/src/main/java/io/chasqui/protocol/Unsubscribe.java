package io.chasqui.protocol;

import java.util.List;

/**
 * UNSUBSCRIBE, section 3.10.
 *
 * @param filters one or more, as received
 */
public record Unsubscribe(int packetId, List<String> filters, List<UserProperty> userProperties) implements Packet {
    public Unsubscribe {
        assert packetId >= 1 && packetId <= 65_535 : packetId;
        filters = List.copyOf(filters);
        userProperties = List.copyOf(userProperties);
    }

    public Unsubscribe(int packetId, List<String> filters) {
        this(packetId, filters, List.of());
    }
}
