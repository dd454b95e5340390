package io.chasqui.broker.simulation;

import io.chasqui.protocol.Qos;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The QoS 1 and 2 messages that the core has sent to one client and that are not finished. */
final class Outstanding {
    private final Map<Integer, Sent> byId = new HashMap<>();
    private int here; // sent on this connection
    private long sequence;
    private long lastAgain;

    private static final class Sent {
        final byte[] payload;
        final Qos qos;
        final long sequence;
        final boolean shared;
        boolean here;
        boolean released;
        boolean mayBeGone; // handed on to another member of the share, or too large now

        Sent(byte[] payload, Qos qos, long sequence, boolean shared) {
            this.payload = payload;
            this.qos = qos;
            this.sequence = sequence;
            this.shared = shared;
        }
    }

    void clear() {
        byId.clear();
        here = 0;
    }

    /** Another connection begins. */
    void resume() {
        byId.values().forEach(sent -> sent.here = false);
        here = 0;
        lastAgain = 0;
    }

    /** The connection is gone: of QoS 1, another member of a share may have got what this client has not acknowledged. */
    void close() {
        for (Sent sent : byId.values()) {
            sent.mayBeGone |= sent.shared && sent.qos == Qos.AT_LEAST_ONCE;
        }
    }

    void sent(String to, byte[] payload, Qos qos, boolean dup, int packetId, int window, boolean shared) {
        Sent before = byId.get(packetId);
        if (dup) {
            boolean same = before != null && before.payload == payload && before.qos == qos;
            Violation.unless(same, "DUP is for what was sent before", "#" + packetId + " to " + to);
            Violation.unless(!before.released, "no PUBLISH after PUBREC", "#" + packetId + " to " + to);
            Violation.unless(!before.here, "resent on reconnect only", "#" + packetId + " to " + to);
            Violation.unless(
                    before.sequence > lastAgain, "resent in the order of sending", "#" + packetId + " to " + to);
            lastAgain = before.sequence;
            before.mayBeGone = false;
        } else {
            Violation.unless(
                    packetId != 0 && (before == null || before.mayBeGone),
                    "packet ids unique",
                    "#" + packetId + " to " + to);
            before = new Sent(payload, qos, ++sequence, shared);
            byId.put(packetId, before);
        }
        before.here = true;
        here++;
        Violation.unless(here <= window, "in flight within Receive Maximum", here + " to " + to + " of " + window);
    }

    /** What was sent is too large to be sent again. */
    void giveUp(byte[] payload) {
        for (Sent sent : byId.values()) {
            sent.mayBeGone |= !sent.here && sent.payload == payload;
        }
    }

    void acknowledged(int packetId, Qos qos) {
        Sent sent = byId.get(packetId);
        if (sent != null && sent.qos == qos) {
            remove(packetId, sent);
        }
    }

    void pubRec(int packetId, boolean success) {
        Sent sent = byId.get(packetId);
        if (sent == null || sent.qos != Qos.EXACTLY_ONCE) {
            return;
        }
        if (success || sent.released) {
            sent.released = true;
        } else {
            remove(packetId, sent);
        }
    }

    void pubComp(int packetId) {
        Sent sent = byId.get(packetId);
        if (sent != null && sent.released) {
            remove(packetId, sent);
        }
    }

    private void remove(int packetId, Sent sent) {
        byId.remove(packetId);
        here -= sent.here ? 1 : 0;
    }

    /** What is under way with this Packet Identifier, or null. */
    byte @Nullable [] payload(int packetId) {
        Sent sent = byId.get(packetId);
        return sent == null ? null : sent.payload;
    }

    /** Whether a PUBREL may be sent: PUBREC has come, or the PUBLISH is too large to be sent again. */
    boolean mayRelease(int packetId) {
        Sent sent = byId.get(packetId);
        if (sent == null) {
            return true; // to answer a PUBREC that nobody asked for
        }
        sent.released |= sent.mayBeGone;
        return sent.released;
    }

    /** Messages that are not finished for sure. */
    long size() {
        return byId.values().stream().filter(sent -> !sent.mayBeGone).count();
    }
}
