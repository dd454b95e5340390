package io.chasqui.broker.simulation;

import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.routing.Fates;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must hold whatever clients send, of what the core answers and of where messages end. Knows less than {@link Oracle},
 * which needs clients that keep to the protocol; but it is exact about the {@link Bystander}, who subscribes to everything
 * from the beginning to the end: each message that may be published ends for it, once.
 */
final class StreamOracle implements Witness, Authorizer, Fates.Observer {
    /** Where a message may end for someone who takes everything at once, but perhaps not as fast as it comes. */
    private static final Set<Fate> FOR_BYSTANDER =
            EnumSet.of(Fate.DELIVERED, Fate.EXPIRED, Fate.QUEUE_FULL, Fate.DISPLACED, Fate.QUOTA_EXCEEDED);

    private final int window;
    private final IdentityHashMap<ServerEnd, StreamPeer> peers = new IdentityHashMap<>();
    private final Set<Message> endedForBystander = Collections.newSetFromMap(new IdentityHashMap<>());
    private int accepted; // messages, but those for topics that begin with $
    private int refused; // of them, before they were routed

    /** @param window QoS 1 and 2 messages that are sent to a client at once */
    StreamOracle(int window) {
        this.window = window;
    }

    void watch(ServerEnd end, StreamPeer peer) {
        peers.put(end, peer);
    }

    @Override
    public boolean mayPublish(ClientInfo client, TopicName topic, Qos qos, boolean retain) {
        boolean may = Authorizer.OPEN.mayPublish(client, topic, qos, retain);
        accepted += may && !topic.isDollar() ? 1 : 0;
        return may;
    }

    @Override
    public boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos) {
        return !filter.text().startsWith("no/");
    }

    @Override
    public void ended(Fate fate, Message message, @Nullable String receiver) {
        if (message.topic().isDollar()) {
            return;
        }
        if (Bystander.CLIENT_ID.equals(receiver)) {
            Violation.unless(FOR_BYSTANDER.contains(fate), "one fate, that may be", () -> fate + " of " + message);
            Violation.unless(endedForBystander.add(message), "one fate", message::toString);
        } else if (receiver == null) {
            Violation.unless(fate != Fate.NO_SUBSCRIBER, "somebody wants every message", message::toString);
            boolean asked = fate != Fate.NOT_AUTHORIZED && fate != Fate.PROTOCOL_ERROR; // else it was never accepted
            refused += asked ? 1 : 0;
        }
    }

    void checkFinished() {
        Violation.unless(
                accepted == refused + endedForBystander.size(),
                "every message ends",
                () -> accepted + " accepted, " + refused + " refused, " + endedForBystander.size() + " ended");
    }

    @Override
    public void receiving(ServerEnd end, Packet packet) {
        StreamPeer peer = peers.get(end);
        if (peer == null) {
            return;
        }
        Violation.unless(
                peer.accepted && !peer.closed,
                "packets are taken between CONNACK and the end",
                () -> packet + " on " + peer);
        switch (packet) {
            case PubAck ack -> peer.inFlight.remove(ack.packetId(), Qos.AT_LEAST_ONCE);
            case PubRec rec -> onPubRec(peer, rec);
            case PubComp comp -> {
                if (peer.released.remove(comp.packetId())) {
                    peer.inFlight.remove(comp.packetId());
                }
            }
            case Disconnect _ -> peer.saidGoodbye = true;
            default -> {}
        }
    }

    private static void onPubRec(StreamPeer peer, PubRec rec) {
        int packetId = rec.packetId();
        if (peer.inFlight.get(packetId) != Qos.EXACTLY_ONCE) {
            return;
        }
        if (!rec.reason().isError()) {
            peer.released.add(packetId);
        } else if (!peer.released.contains(packetId)) {
            peer.inFlight.remove(packetId);
        }
    }

    @Override
    public void wrote(ServerEnd end, Packet packet) {
        StreamPeer peer = peers.get(end);
        if (peer == null) {
            Violation.unless(!(packet instanceof Disconnect), "the bystander is served", packet::toString);
            return;
        }
        Violation.unless(!peer.closed, "nothing after the end", () -> packet + " on " + peer);
        Violation.unless(
                peer.accepted != packet instanceof ConnAck, "CONNACK first and once", () -> packet + " on " + peer);
        peer.accepted = true;
        boolean last = packet instanceof ConnAck ack && ack.reason().isError() || packet instanceof Disconnect;
        peer.saidGoodbye |= last;
    }

    @Override
    public void published(
            ServerEnd end, Message message, boolean dup, Qos qos, boolean retain, int packetId, int[] subscriptionIds) {
        StreamPeer peer = peers.get(end);
        if (peer == null) {
            return;
        }
        Connect connect = end.connect();
        Violation.unless(
                peer.accepted && !peer.saidGoodbye && !peer.closed,
                "PUBLISH between CONNACK and the end",
                () -> message + " on " + peer);
        if (qos != Qos.AT_MOST_ONCE) {
            Violation.unless(
                    peer.inFlight.put(packetId, qos) == null, "packet ids unique", () -> packetId + " on " + peer);
            int most = Math.min(window, connect == null ? 0 : connect.receiveMaximum());
            Violation.unless(
                    peer.inFlight.size() <= most,
                    "in flight within Receive Maximum",
                    () -> peer.inFlight + " on " + peer);
        }
    }

    @Override
    public void accused(ServerEnd end, ProtocolException fault) {
        StreamPeer peer = peers.get(end);
        Violation.unless(peer != null, "the bystander does nothing wrong", () -> String.valueOf(fault.getMessage()));
        Violation.unless(fault.reason().isError(), "a fault has a Reason Code of an error", fault::toString);
        peer.accused = true;
    }

    @Override
    public void closing(ServerEnd end) {
        StreamPeer peer = peers.get(end);
        if (peer != null) {
            Violation.unless(!peer.closed, "a connection ends once", peer::toString);
            peer.closed = true;
        }
    }
}
