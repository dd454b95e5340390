package io.chasqui.conformance.hostile;

/**
 * One bad packet, or one that may be good after all.
 *
 * @param what for messages: the packet and what is wrong with it
 * @param bytes to send
 * @param mustClose whether the broker has to close at once; if not it may do whatever it likes until we hang up
 */
record Hostile(String what, byte[] bytes, boolean mustClose) {
    static Hostile closes(String what, byte[] bytes) {
        return new Hostile(what, bytes, true);
    }

    static Hostile any(String what, byte[] bytes) {
        return new Hostile(what, bytes, false);
    }
}
