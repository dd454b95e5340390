package io.chasqui.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteStreamConversationTest {
    private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 'a'};

    @Test
    void answersWhatIsRightByteByByte() {
        ByteStreamConversation conversation = new ByteStreamConversation(0);
        for (byte one : CONNECT) {
            conversation.send(new byte[] {one});
        }
        assertEquals(0x20, conversation.received()[0]);
        conversation.finish();
    }

    @Test
    void closesOnWhatIsWrongAndLeavesNothing() {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            ByteStreamConversation conversation = new ByteStreamConversation(0);
            byte[] noise = new byte[40];
            random.nextBytes(noise);
            noise[0] = (byte) (noise[0] & 0x0F); // packet type 0
            conversation.send(CONNECT);
            conversation.send(noise);
            assertTrue(conversation.isClosed());
            conversation.finish();
        }
    }
}
