package io.chasqui.broker.transport;

import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.ReasonCode;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Takes the frames of one client apart (RFC 6455, section 5), in place and as they come. MQTT is a stream of bytes that
 * frames may cut anywhere (MQTT5-6.0.0-2), so no frame is ever waited for or put together: what is kept of one is its
 * header and, of a control frame, at most 125 bytes. Confined to the loop of its channel.
 */
final class FrameReader {
    /** Close codes, section 7.4.1. */
    static final int NORMAL = 1000;

    static final int PROTOCOL_FAULT = 1002;
    static final int NOT_BINARY = 1003;
    static final int NOT_ACCEPTABLE = 1008;
    static final int TOO_BIG = 1009;

    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;

    private static final int LAST = 0x80; // FIN
    private static final int MASKED = 0x80;
    private static final int START = 2; // bytes of a header, which say how many follow
    private static final int LONGEST_HEADER = START + 8 + 4;
    private static final int CONTROL_BYTES = 125;
    static final int MOST_EMPTY = 1_000; // frames in a row: they bring MQTT nothing that could meet one of its limits
    private static final byte[] NOTHING = {};

    /**
     * Nothing of what follows is read any more.
     *
     * @param closeCode what to say in a Close frame
     * @param fault what the client did wrong; null when it has said Close itself
     */
    record End(int closeCode, @Nullable ProtocolException fault) {}

    private final long maxFrameBytes;
    private final byte[] header = new byte[LONGEST_HEADER];
    private int headerBytes; // that have come
    private int headerLength = START; // as far as known
    private int opcode;
    private int empty; // data frames without payload, in a row
    private boolean fragmented; // more frames of the same message are to come
    private long left; // bytes of payload that are still to come
    private int mask; // its first byte is for the next byte of payload
    private byte[] control = NOTHING; // payload of the control frame that is being read
    private byte @Nullable [] ping;
    private @Nullable End end;

    /** @param maxFrameBytes payload of one frame; a larger one is refused at its header */
    FrameReader(long maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /** What came after the bytes of MQTT that {@link #unwrap} has left; null while the conversation goes on. */
    @Nullable
    End end() {
        return end;
    }

    /** The payload of the last ping that came, once; null for none. A client that sends many is owed one answer (5.5.3). */
    byte @Nullable [] takePing() {
        byte[] last = ping;
        ping = null;
        return last;
    }

    /** Leaves in {@code in} the bytes of MQTT alone, in front; they may be none. Must not be called after the end. */
    void unwrap(ByteBuf in) {
        int first = in.readerIndex();
        int after = first; // behind the bytes of MQTT
        while (in.isReadable() && end == null) {
            if (headerBytes < headerLength) {
                header[headerBytes++] = in.readByte();
                if (headerBytes == headerLength) {
                    onHeader();
                }
            } else {
                int count = (int) Math.min(left, in.readableBytes());
                if (opcode < CLOSE) {
                    unmask(in, in.readerIndex(), after, count);
                    after += count;
                } else {
                    unmaskControl(in, count);
                }
                in.skipBytes(count);
                mask = Integer.rotateLeft(mask, 8 * (count & 3));
                left -= count;
                if (left == 0) {
                    onFrame();
                }
            }
        }
        in.setIndex(first, after);
    }

    /** Eight bytes at a time. {@code to} is never behind {@code from}, so what has not been read is not overwritten. */
    private void unmask(ByteBuf bytes, int from, int to, int count) {
        long key = (long) mask << 32 | mask & 0xFFFF_FFFFL;
        int i = 0;
        for (; i + Long.BYTES <= count; i += Long.BYTES) {
            bytes.setLong(to + i, bytes.getLong(from + i) ^ key);
        }
        for (; i < count; i++) {
            bytes.setByte(to + i, bytes.getByte(from + i) ^ mask >> 24 - 8 * (i & 3));
        }
    }

    private void unmaskControl(ByteBuf in, int count) {
        int at = control.length - (int) left;
        for (int i = 0; i < count; i++) {
            control[at + i] = (byte) (in.getByte(in.readerIndex() + i) ^ mask >> 24 - 8 * (i & 3));
        }
    }

    /** The header is here, or as much of it as says how long it is. */
    private void onHeader() {
        int length = header[1] & 0x7F;
        if (headerLength == START) {
            judge(header[0] & 0xFF, header[1] & 0xFF);
            headerLength += (length < 126 ? 0 : length == 126 ? 2 : 8) + 4;
            return;
        }
        int maskAt = headerLength - 4;
        left = maskAt == START ? length : number(START, maskAt);
        mask = (int) number(maskAt, headerLength);
        if (length >= 126 && left >= 0 && left < (length == 126 ? 126 : 0x1_0000) || left < 0) {
            fault(PROTOCOL_FAULT, "RFC6455-5.2", "a length that is not in its shortest form");
        } else if (left > maxFrameBytes) {
            fault(TOO_BIG, "RFC6455-10.4", "a frame of " + left + " bytes, more than " + maxFrameBytes);
        } else {
            control = opcode >= CLOSE ? new byte[(int) left] : NOTHING;
            if (opcode < CLOSE) {
                empty = left == 0 ? empty + 1 : 0;
            }
            if (empty > MOST_EMPTY) {
                fault(NOT_ACCEPTABLE, "RFC6455-10.4", "more than " + MOST_EMPTY + " frames in a row without payload");
            } else if (left == 0) {
                onFrame();
            }
        }
    }

    private void judge(int first, int second) {
        boolean last = (first & LAST) != 0;
        opcode = first & 0x0F;
        if ((first & 0x70) != 0) {
            fault(PROTOCOL_FAULT, "RFC6455-5.2", "a reserved bit is 1 and no extension was agreed on");
        } else if ((second & MASKED) == 0) {
            fault(PROTOCOL_FAULT, "RFC6455-5.1", "a frame without a mask");
        } else if (opcode == TEXT) {
            fault(NOT_BINARY, "MQTT5-6.0.0-1", "a text frame");
        } else if (opcode > BINARY && opcode < CLOSE || opcode > PONG) {
            fault(PROTOCOL_FAULT, "RFC6455-5.2", "a frame with the reserved opcode " + opcode);
        } else if (opcode >= CLOSE && (!last || (second & 0x7F) > CONTROL_BYTES)) {
            fault(PROTOCOL_FAULT, "RFC6455-5.5", "a control frame in fragments or of more than 125 bytes");
        } else if (opcode < CLOSE) {
            if (fragmented != (opcode == CONTINUATION)) {
                fault(PROTOCOL_FAULT, "RFC6455-5.4", "a continuation of nothing, or a message within another");
            }
            fragmented = !last;
        }
    }

    private long number(int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = number << 8 | header[i] & 0xFF;
        }
        return number;
    }

    /** The payload is here. */
    private void onFrame() {
        headerBytes = 0;
        headerLength = START;
        if (opcode == PING) {
            ping = control;
        } else if (opcode == CLOSE) {
            onClose();
        }
        control = NOTHING;
    }

    private void onClose() {
        int code = control.length < 2 ? NORMAL : (control[0] & 0xFF) << 8 | control[1] & 0xFF;
        boolean known = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006) || code >= 3000 && code <= 4999;
        if (control.length == 1 || !known) {
            fault(PROTOCOL_FAULT, "RFC6455-7.4", "a Close frame with half a code, or one that may not be sent");
        } else {
            end = new End(code, null);
        }
    }

    private void fault(int closeCode, String section, String detail) {
        ReasonCode reason = closeCode == TOO_BIG ? ReasonCode.PACKET_TOO_LARGE : ReasonCode.PROTOCOL_ERROR;
        end = new End(closeCode, new ProtocolException(reason, section, detail));
    }
}
