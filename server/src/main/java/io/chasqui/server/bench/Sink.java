package io.chasqui.server.bench;

import io.chasqui.client.transport.Wire;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.probe.Target;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber: counts what comes, tells lost from repeated and overtaken, takes the time, acknowledges, and gives the
 * publishers room in their windows, once for all of a turn. Confined to the thread of its lane.
 */
final class Sink extends Station {
    private final int run;
    private final List<Source> sources; // those whose messages come here
    private final int topics; // of each of them
    private final int firstStream;
    private final @Nullable Track[] tracks; // by stream, made when the first message comes
    private final @Nullable Group group; // null when the subscription is not shared
    private final BitSet held = new BitSet(); // Packet Identifiers of QoS 2 that are not released
    private final int[] credits; // by source: messages of this turn
    private final int[] touched; // sources whose credits are not 0
    private int touches;

    Sink(
            Lane lane,
            Target target,
            String clientId,
            Troubles troubles,
            int run,
            List<Source> sources,
            int firstStream,
            int topics,
            @Nullable Group group) {
        super(lane, target, clientId, troubles);
        this.run = run;
        this.sources = sources;
        this.firstStream = firstStream;
        this.topics = topics;
        this.tracks = new Track[sources.size() * topics];
        this.group = group;
        this.credits = new int[sources.size()];
        this.touched = new int[sources.size()];
    }

    @Override
    void onPublish(Publish publish, Wire out) {
        if (publish.qos() == Qos.EXACTLY_ONCE) {
            boolean again = held.get(publish.packetId());
            held.set(publish.packetId());
            out.write(new PubRec(publish.packetId(), ReasonCode.SUCCESS));
            if (again) {
                return; // the same delivery once more, which is what QoS 2 is for
            }
        } else if (publish.qos() == Qos.AT_LEAST_ONCE) {
            out.write(new PubAck(publish.packetId(), ReasonCode.SUCCESS));
        }
        byte[] payload = publish.payload();
        int stream = payload.length >= Stamp.BYTES ? Stamp.stream(payload) - firstStream : -1;
        if (stream < 0 || stream >= tracks.length || !Stamp.isOf(run, payload)) {
            lane.foreign.add(1);
            return;
        }
        long now = System.nanoTime();
        lane.received.add(1);
        lane.receivedBytes.add(payload.length);
        if (isNew(stream, Stamp.sequence(payload))) {
            lane.took(Stamp.dueNanos(payload), now);
            int source = stream / topics;
            if (credits[source]++ == 0) {
                touched[touches++] = source;
            }
        } else {
            lane.repeated.add(1);
        }
    }

    private boolean isNew(int stream, long sequence) {
        Track track = tracks[stream];
        if (track == null) {
            track = new Track();
            tracks[stream] = track;
        }
        Track.Sight sight = track.see(sequence);
        boolean first = group == null ? sight != Track.Sight.REPEATED : group.isNew(firstStream + stream, sequence);
        if (first && sight != Track.Sight.NEXT) {
            lane.overtaken.add(1);
        }
        return first;
    }

    @Override
    void onReleased(int packetId, Wire out) {
        held.clear(packetId);
        out.write(new PubComp(packetId, ReasonCode.SUCCESS));
    }

    @Override
    public void onReceived() {
        for (int i = 0; i < touches; i++) {
            int source = touched[i];
            int messages = credits[source];
            credits[source] = 0;
            sources.get(source).credit(messages);
        }
        touches = 0;
    }
}
