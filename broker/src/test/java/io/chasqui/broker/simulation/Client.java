package io.chasqui.broker.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of one client: its connections, its session, and what it was sent. */
final class Client {
    final String clientId;
    final List<Talk> open = new ArrayList<>();
    final Map<String, Long> got = new HashMap<>(); // contents that were sent in MQTT 5, and when first

    @Nullable
    Life life;

    @Nullable
    Talk opening; // its CONNECT is being taken

    int epoch; // counts its sessions
    final List<Life> lives = new ArrayList<>(); // also past ones
    boolean mayHaveMade; // a session by a CONNECT that was not answered
    long goneLeast; // when the last connection ended: in this time
    long goneMost;

    Client(String clientId) {
        this.clientId = clientId;
    }
}
