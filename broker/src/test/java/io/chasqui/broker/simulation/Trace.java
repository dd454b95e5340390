package io.chasqui.broker.simulation;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Publish;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;

/** The last events of a run, kept as they were and written out only when somebody asks. */
public final class Trace {
    private final Scheduler scheduler;
    private final int most;
    private final ArrayDeque<Line> lines = new ArrayDeque<>();

    private record Line(long step, long nanos, Object[] words) {}

    /** @param most lines to keep */
    public Trace(Scheduler scheduler, int most) {
        this.scheduler = scheduler;
        this.most = most;
    }

    public void add(Object... words) {
        if (lines.size() == most) {
            lines.removeFirst();
        }
        lines.add(new Line(scheduler.steps(), scheduler.now(), words));
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (Line line : lines) {
            out.append(String.format("%n  %6d %10.4f s ", line.step, line.nanos / 1e9 - 1_000));
            Arrays.stream(line.words).forEach(word -> out.append(' ').append(text(word)));
        }
        return out.toString();
    }

    private static String text(Object word) {
        return switch (word) {
            case Publish p ->
                "PUBLISH " + p.qos().level() + (p.dup() ? " dup" : "") + (p.retain() ? " retain" : "") + " #"
                        + p.packetId() + " " + p.topic() + " alias " + p.topicAlias() + " " + content(p.payload());
            case Connect c ->
                "CONNECT " + c.version() + " " + c.clientId() + (c.cleanStart() ? " clean" : "") + " expiry "
                        + c.sessionExpirySeconds() + " window " + c.receiveMaximum() + " keep alive "
                        + c.keepAliveSeconds()
                        + (c.will() == null
                                ? ""
                                : " will " + content(c.will().payload()) + " delay "
                                        + c.will().delaySeconds());
            case byte[] payload -> content(payload);
            default -> word.toString();
        };
    }

    /** What a payload says without its padding. */
    static String content(byte[] payload) {
        return new String(payload, StandardCharsets.UTF_8).strip();
    }
}
