package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * UTF-8 strings as MQTT wants them, section 1.5.4: well formed, without U+0000.
 *
 * <p>Our choice where the standard leaves one (U5-30): control characters and non-characters pass, because devices in the
 * field do send them and whoever refuses them on one side of a broker only, cuts off innocent subscribers.
 * MQTT 3.1, which is not as strict, gets the same treatment: its messages have to reach clients of the other versions.
 */
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

    /**
     * Decodes strictly. Java's decoder is the fastest there is but writes U+FFFD where the bytes are ill-formed (surrogates
     * and over-long forms are, for it too), so a string that holds U+FFFD is encoded again: ill-formed bytes come out changed.
     */
    static String decode(byte[] bytes, String field) throws ProtocolException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0 && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            throw new ProtocolException(
                    ReasonCode.MALFORMED_PACKET, "MQTT5-1.5.4-1", field + " is not well-formed UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            throw new ProtocolException(ReasonCode.MALFORMED_PACKET, "MQTT5-1.5.4-2", field + " has U+0000");
        }
        return text;
    }

    /** The bytes of {@code text} on the wire, its length field included. */
    static int fieldLength(String text) {
        return 2 + ByteBufUtil.utf8Bytes(text);
    }

    /** Writes the length field and the text. */
    static void write(ByteBuf out, String text) {
        int bytes = ByteBufUtil.utf8Bytes(text);
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a string of " + bytes + " bytes; MQTT takes at most " + MAX_BYTES);
        }
        out.writeShort(bytes);
        ByteBufUtil.reserveAndWriteUtf8(out, text, bytes);
    }

    /** Binary Data, section 1.5.6. */
    static void write(ByteBuf out, byte[] data) {
        if (data.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "binary data of " + data.length + " bytes; MQTT takes at most " + MAX_BYTES);
        }
        out.writeShort(data.length);
        out.writeBytes(data);
    }
}
