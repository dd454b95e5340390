package io.chasqui.broker.session;

import io.chasqui.broker.message.Message;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client that writes down what it is sent: {@code payload q1 #7 dup retain [ids]} or {@code PUBREL #7}. */
final class RecordingLink implements ClientLink {
    final List<String> sent = new ArrayList<>();
    final List<Integer> openIds = new ArrayList<>(); // of PUBLISH packets, in the order of sending
    boolean writable = true;
    int takes = Integer.MAX_VALUE; // PUBLISH packets until it is not writable any more
    final Set<String> forbidden = new HashSet<>(); // Topic Names
    int largestPayload = Integer.MAX_VALUE;

    @Nullable
    ReasonCode ended;

    @Override
    public boolean isWritable() {
        return writable && takes > 0;
    }

    @Override
    public boolean fits(Message message, Qos qos, int[] subscriptionIds) {
        return message.payload().length <= largestPayload;
    }

    @Override
    public boolean mayReceive(Message message) {
        return !forbidden.contains(message.topic().name());
    }

    @Override
    public void publish(Message message, Qos qos, boolean retain, boolean dup, int packetId, int[] subscriptionIds) {
        assert fits(message, qos, subscriptionIds);
        StringBuilder text = new StringBuilder(new String(message.payload(), StandardCharsets.UTF_8));
        text.append(" q").append(qos.level());
        if (packetId != 0) {
            text.append(" #").append(packetId);
            openIds.add(packetId);
        }
        text.append(dup ? " dup" : "").append(retain ? " retain" : "");
        if (subscriptionIds.length > 0) {
            text.append(' ').append(Arrays.toString(subscriptionIds));
        }
        sent.add(text.toString());
        takes--;
    }

    @Override
    public void pubRel(int packetId) {
        sent.add("PUBREL #" + packetId);
    }

    @Override
    public void end(ReasonCode reason, String detail) {
        ended = reason;
    }

    /** What was sent since the last call. */
    List<String> take() {
        List<String> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }
}
