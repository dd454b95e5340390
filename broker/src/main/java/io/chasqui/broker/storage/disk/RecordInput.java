package io.chasqui.broker.storage.disk;

import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads one record. Every read is checked against its end, so damage is found and not followed. */
final class RecordInput {
    private final byte[] bytes;
    private int at;

    RecordInput(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Reads the first byte, which says how the rest is written. */
    void format(int known, String record) throws DamagedRecordException {
        int format = u8("format");
        if (format != known) {
            throw new DamagedRecordException(record + " of format " + format + ", not " + known);
        }
    }

    int u8(String field) throws DamagedRecordException {
        require(1, field);
        return bytes[at++] & 0xFF;
    }

    int u16(String field) throws DamagedRecordException {
        require(2, field);
        int value = (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
        at += 2;
        return value;
    }

    long u64(String field) throws DamagedRecordException {
        require(8, field);
        long value = ByteBuffer.wrap(bytes).getLong(at);
        at += 8;
        return value;
    }

    long varint(String field) throws DamagedRecordException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int b = u8(field);
            value |= (b & 0x7FL) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new DamagedRecordException(field + " goes on after its ninth byte");
    }

    /** A number of at most {@code max}. */
    long varint(long max, String field) throws DamagedRecordException {
        long value = varint(field);
        if (value > max) {
            throw new DamagedRecordException(field + " is " + value + ", above " + max);
        }
        return value;
    }

    byte[] binary(String field) throws DamagedRecordException {
        long length = varint(field);
        require(length, field);
        at += (int) length;
        return Arrays.copyOfRange(bytes, at - (int) length, at);
    }

    String text(String field) throws DamagedRecordException {
        long length = varint(field);
        require(length, field);
        at += (int) length;
        return decode(bytes, at - (int) length, (int) length, field);
    }

    static String decode(byte[] bytes, int start, int length, String field) throws DamagedRecordException {
        String text = new String(bytes, start, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DamagedRecordException(field + " is not UTF-8");
        }
    }

    TopicName topicName(String field) throws DamagedRecordException {
        String text = text(field);
        try {
            return TopicName.of(text);
        } catch (IllegalArgumentException e) {
            throw new DamagedRecordException(field + ": " + e.getMessage());
        }
    }

    TopicFilter topicFilter(String field) throws DamagedRecordException {
        return topicFilter(text(field), field);
    }

    static TopicFilter topicFilter(String text, String field) throws DamagedRecordException {
        try {
            return TopicFilter.of(text);
        } catch (IllegalArgumentException e) {
            throw new DamagedRecordException(field + ": " + e.getMessage());
        }
    }

    /** All that is left. */
    byte[] rest() {
        int start = at;
        at = bytes.length;
        return Arrays.copyOfRange(bytes, start, at);
    }

    void end(String record) throws DamagedRecordException {
        if (at != bytes.length) {
            throw new DamagedRecordException((bytes.length - at) + " bytes after the end of " + record);
        }
    }

    private void require(long needed, String field) throws DamagedRecordException {
        if (bytes.length - at < needed) {
            throw new DamagedRecordException(
                    field + " needs " + needed + " bytes, the record has " + (bytes.length - at));
        }
    }
}
