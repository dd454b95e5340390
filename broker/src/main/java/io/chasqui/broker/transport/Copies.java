package io.chasqui.broker.transport;

import io.chasqui.broker.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The payload of the message that is being fanned out, once in native memory for all subscribers of a loop. A small payload
 * is cheaper to copy into each connection's buffer than to refer to; and so is the first copy of any, for most messages go
 * to one subscriber. Confined to its loop.
 */
final class Copies {
    /** Bytes of payload from which on a copy is shared: measured, 512 B break even, 4 KiB cost half. */
    static final int SHARE_FROM = 512;

    private @Nullable Message last;
    private @Nullable ByteBuf payload;
    private final List<ByteBuf> ofTurn = new ArrayList<>(); // payloads of earlier messages that someone refers to
    private final List<ByteBuf> ofOthers = new ArrayList<>(); // the same, of earlier turns
    private long bytes; // of all these payloads
    private boolean closed;

    /**
     * @return a buffer with the payload of {@code message}, owned by the caller, if it is worth sharing; null where the
     *     caller had better copy it
     */
    @Nullable
    ByteBuf share(Message message, ByteBufAllocator allocator) {
        if (message.payload().length < SHARE_FROM || closed) {
            return null;
        }
        if (message != last) {
            forget();
            last = message;
            return null;
        }
        if (payload == null) {
            payload = allocator.directBuffer(message.payload().length).writeBytes(message.payload());
            bytes += payload.capacity();
        }
        return payload.retainedDuplicate();
    }

    private void forget() {
        last = null;
        if (payload != null) {
            if (!isFree(payload)) {
                ofTurn.add(payload);
            }
            payload = null;
        }
    }

    /** Forgets the message; those that refer to its payload keep it for as long as they need it. */
    void release() {
        forget();
        if (!ofTurn.isEmpty()) {
            ofTurn.removeIf(this::isFree);
            ofOthers.addAll(ofTurn);
            ofTurn.clear();
        }
    }

    /** Gives back what nobody refers to any more, of earlier turns. */
    void look() {
        ofOthers.removeIf(this::isFree);
    }

    /** The loop stops: what is still sent is given back by those who send it, and nothing more is shared. */
    void close() {
        closed = true;
        release();
        ofOthers.forEach(ByteBuf::release);
        ofOthers.clear();
        bytes = 0;
    }

    private boolean isFree(ByteBuf copy) {
        boolean free = copy.refCnt() == 1;
        if (free) {
            bytes -= copy.capacity();
            copy.release();
        }
        return free;
    }

    /** Bytes of native memory that copies take, however many refer to them. */
    long bytes() {
        return bytes;
    }
}
