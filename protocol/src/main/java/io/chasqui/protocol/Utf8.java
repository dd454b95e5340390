package io.chasqui.protocol;

import org.jspecify.annotations.Nullable;

/** The rules of MQTT for UTF-8 strings (section 1.5.4) that Java's own decoder does not know or reports by exception. */
final class Utf8 {
    static final int MAX_BYTES = 65_535;

    private Utf8() {}

    /** @return why {@code text} cannot be written as an MQTT string, for a human, or null when it can */
    static @Nullable String fault(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                return "a lone surrogate at position " + i; // MQTT5-1.5.4-1
            }
        }
        return bytes > MAX_BYTES ? bytes + " bytes of UTF-8, of at most " + MAX_BYTES : null;
    }
}
