package io.chasqui.server.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Bytes that are to be read by humans. */
final class Text {
    private static final int DUMP_WIDTH = 16; // bytes a line
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private Text() {}

    /** The text that the bytes are in UTF-8, if they are. */
    static Optional<String> of(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Text in which nothing rules the terminal: control characters but for line feeds and tabs are none. */
    static boolean isPrintable(String text) {
        return text.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f);
    }

    /** Lines of offset, 16 bytes in hexadecimal, and what of them is ASCII. */
    static String hexDump(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (int from = 0; from < bytes.length; from += DUMP_WIDTH) {
            int to = Math.min(from + DUMP_WIDTH, bytes.length);
            String hex = SPACED.formatHex(bytes, from, to);
            out.append(from == 0 ? "" : "\n").append("%08x  %-47s  ".formatted(from, hex));
            for (int i = from; i < to; i++) {
                out.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
            }
        }
        return out.toString();
    }
}
