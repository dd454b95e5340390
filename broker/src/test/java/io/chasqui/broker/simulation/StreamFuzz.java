package io.chasqui.broker.simulation;

import java.io.ByteArrayOutputStream;

/**
 * Fuzz target: what comes on up to three connections of a broker, byte for byte, with {@link ByteStreamConversation} as what
 * must hold. The first byte chooses settings; then the bytes of a connection, in which {@link #MARK} and one more byte say
 * what else happens: where a piece ends, that another connection goes on, that one breaks. See docs/fuzzing.md.
 */
public final class StreamFuzz {
    /** Begins no packet and stands in no UTF-8, so recorded conversations hold few. Twice, it stands for itself. */
    static final int MARK = 0xFE;

    private final ByteStreamConversation conversation;
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
    private boolean dribbling; // each byte is a piece

    private StreamFuzz(int manners) {
        conversation = new ByteStreamConversation(manners);
    }

    /** Called by Jazzer with one input after the other, and by {@link StreamCorpusTest} with those that are kept. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0) {
            new StreamFuzz(input[0] & 0xFF).run(input);
        }
    }

    private void run(byte[] input) {
        for (int i = 1; i < input.length; i++) {
            int one = input[i] & 0xFF;
            boolean marked = one == MARK && i + 1 < input.length;
            if (marked && (input[++i] & 0xFF) != MARK) {
                send();
                happen(input[i] & 0x07, input[i] >> 3 & 0x1F);
            } else {
                piece.write(one);
                if (dribbling) {
                    send();
                }
            }
        }
        send();
        conversation.finish();
    }

    private void happen(int what, int argument) {
        switch (what) {
            case 1 -> conversation.choose(argument % ByteStreamConversation.CONNECTIONS);
            case 2 -> conversation.close();
            case 3 -> conversation.cut();
            case 4 -> conversation.stopReading(true);
            case 5 -> conversation.stopReading(false);
            case 6 -> conversation.pass((100L << argument % 4) * Scheduler.MILLI);
            case 7 -> dribbling = !dribbling;
            default -> {} // a piece ends
        }
    }

    private void send() {
        if (piece.size() > 0) {
            conversation.send(piece.toByteArray());
            piece.reset();
        }
    }
}
