package io.chasqui.client;

import io.chasqui.client.transport.EventThread;
import io.chasqui.client.transport.Wire;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.PacketEncoder;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.TopicName;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes out: waits for a connection and for room in the server's window, is sent, and is kept until it is acknowledged
 * (section 4.3). Confined to the event thread, but for {@link #room}.
 *
 * <p>Order: messages leave in the order of handing over, of all QoS. On a resumed session those in flight come again first, in
 * their first order (MQTT5-4.6.0-1), with DUP and their Packet Identifiers, or as PUBREL (MQTT5-4.4.0-1).
 */
final class Sender {
    private static final long NANOS = 1_000_000_000L;

    private final Settings settings;
    private final EventThread thread;
    private final PacketIds ids;
    private final @Nullable Keeper keeper; // of the outbox on disk
    final Room room;

    // Valid for the session.
    private final ArrayDeque<Outgoing> waiting = new ArrayDeque<>();
    private @Nullable Outgoing first; // in flight
    private @Nullable Outgoing last;
    private boolean
            inherited; // an earlier life of the application began it, and may have left messages of QoS 2 half-sent
    private final BitSet cleared = new BitSet(); // if so: Packet Identifiers that the server is known to have released
    private boolean closed;

    // Valid for the connection.
    private @Nullable Wire wire;
    private ConnAck.Properties server = ConnAck.Properties.NONE;
    private @Nullable Outgoing resend; // the next of those in flight that has to be sent again
    private int window; // messages that may be open on this connection
    private int connection; // its number
    private int open; // sent on this connection, not done
    private final Map<TopicName, Integer> aliases = new HashMap<>();

    // Of this turn: given back together.
    private int doneMessages;
    private long doneBytes;

    Sender(Settings settings, EventThread thread, PacketIds ids, @Nullable Keeper keeper) {
        this.settings = settings;
        this.thread = thread;
        this.ids = ids;
        this.keeper = keeper;
        this.room = new Room(
                settings.outboxMessages(),
                settings.outboxBytes(),
                settings.whenFull() == WhenFull.BLOCK,
                () -> thread.execute(this::takeHanded));
    }

    /** Puts back what an earlier life of the application has left on disk, before the first connection. */
    void restore(Outgoing message) {
        room.fill(1, message.bytes());
        if (message.stage == Outgoing.Stage.WAITING && message.packetId == 0) {
            waiting.add(message);
        } else {
            ids.take(message.packetId, message);
            append(message);
        }
    }

    private void takeHanded() {
        ArrayDeque<Outgoing> handed = room.take();
        for (Outgoing message; (message = handed.poll()) != null; ) {
            if (closed) { // it was on its way to the disk
                message.completeExceptionally(closedFirst());
            } else if (wire == null && message.qos == Qos.AT_MOST_ONCE) {
                fail(message, notConnected());
            } else {
                waiting.add(message);
            }
        }
        drain();
        endTurn();
    }

    private static MqttException notConnected() {
        return new MqttException.ConnectionLost("there is no connection, and QoS 0 does not wait for one", null, null);
    }

    /** CONNACK has come. */
    void onConnected(Wire newWire, boolean sessionPresent, boolean inheritedSession, ConnAck.Properties properties) {
        wire = newWire;
        server = properties;
        window = Math.min(settings.maxInFlight(), properties.receiveMaximum());
        open = 0;
        inherited = inheritedSession;
        connection++;
        aliases.clear();
        if (sessionPresent) {
            resend = first;
        } else {
            forgetSession();
        }
        drain();
        endTurn();
    }

    /** The server knows nothing of what was in flight: it goes out anew, or was owned by the server already. */
    private void forgetSession() {
        resend = null;
        for (Outgoing message = last; message != null; ) {
            Outgoing before = message.previous;
            boolean owned = message.stage == Outgoing.Stage.RELEASED;
            remove(message);
            if (owned) { // MQTT5-4.3.3-6: it was promised not to send it again
                succeed(message, ReasonCode.SUCCESS);
            } else {
                message.stage = Outgoing.Stage.WAITING;
                message.noted = false;
                waiting.addFirst(message);
            }
            message = before;
        }
    }

    void onDisconnected() {
        wire = null;
        resend = null;
        int rest = waiting.size();
        for (int i = 0; i < rest; i++) {
            Outgoing message = waiting.remove();
            if (message.qos == Qos.AT_MOST_ONCE) {
                fail(message, notConnected());
            } else {
                waiting.add(message);
            }
        }
        endTurn();
    }

    /** Sends as much as the window and the socket take. */
    void drain() {
        Wire out = wire;
        if (out == null) {
            return;
        }
        for (Outgoing message; (message = resend) != null && open < window && out.isWritable(); ) {
            resend = message.next;
            open++;
            message.sentOn = connection;
            if (message.stage == Outgoing.Stage.RELEASED) {
                out.write(new PubRel(message.packetId));
            } else {
                message.stage = Outgoing.Stage.PUBLISHED;
                write(out, message, true);
            }
        }
        if (resend != null) {
            return;
        }
        for (Outgoing message; (message = waiting.peek()) != null && out.isWritable(); ) {
            boolean counts = message.qos != Qos.AT_MOST_ONCE;
            if (counts && open >= window) {
                return; // MQTT5-3.3.4-7; those behind it wait too, so that order is kept
            }
            if (!send(out, message, counts)) {
                return;
            }
        }
    }

    /** @return false when it has to wait, and those behind it */
    private boolean send(Wire out, Outgoing message, boolean counts) {
        MqttException refusal = refusal(message);
        if (refusal != null) {
            waiting.remove();
            fail(message, refusal);
            return true;
        }
        if (!counts) {
            waiting.remove();
            write(out, message, false);
            succeed(message, ReasonCode.SUCCESS);
            return true;
        }
        if (message.packetId == 0) {
            message.packetId = ids.give(message);
            if (message.packetId == 0) {
                return false; // subscriptions have the last ones; an answer frees one
            }
        }
        if (message.qos == Qos.EXACTLY_ONCE && isUnclear(message)) {
            clear(out);
            return false;
        }
        if (keeper != null && message.qos == Qos.EXACTLY_ONCE && !message.noted) {
            noteSending(keeper);
            return false;
        }
        waiting.remove();
        open++;
        message.sentOn = connection;
        append(message);
        message.stage = Outgoing.Stage.PUBLISHED;
        write(out, message, false);
        return true;
    }

    /**
     * Whether the server may hold a message of an earlier life with this Packet Identifier: it would take the new one for its
     * repetition, and acknowledge it unread (MQTT5-4.3.3-10).
     */
    private boolean isUnclear(Outgoing message) {
        return inherited && !cleared.get(message.packetId);
    }

    /** Has the server release as many Packet Identifiers as the window will take; PUBCOMP says that it has. */
    private void clear(Wire out) {
        int room = window - open;
        for (Outgoing message : waiting) {
            if (room-- <= 0) {
                return;
            }
            if (message.qos != Qos.EXACTLY_ONCE || message.clearedOn == connection) {
                continue;
            }
            if (message.packetId == 0) {
                message.packetId = ids.give(message);
            }
            if (message.packetId == 0) {
                return;
            }
            if (isUnclear(message)) {
                message.clearedOn = connection;
                out.write(new PubRel(message.packetId));
            }
        }
    }

    /** Notes as many as the window will take, so that they share one write to the disk. */
    private void noteSending(Keeper disk) {
        int room = window - open;
        for (Outgoing message : waiting) {
            if (room-- <= 0) {
                return;
            }
            if (message.qos != Qos.EXACTLY_ONCE || message.noted || message.noting) {
                continue;
            }
            if (message.packetId == 0) {
                message.packetId = ids.give(message);
            }
            if (message.packetId == 0 || isUnclear(message)) {
                return;
            }
            message.noting = true;
            disk.noteSending(message, () -> {
                message.noting = false;
                message.noted = true;
                onNoted();
            });
        }
    }

    private void onNoted() {
        drain();
        endTurn();
    }

    private void write(Wire out, Outgoing message, boolean dup) {
        int alias = 0;
        TopicName topic = message.topic;
        int most = Math.min(server.topicAliasMaximum(), settings.sendTopicAliases());
        if (most > 0 && isWithin(message, PacketIds.MAX)) {
            Integer known = aliases.get(topic);
            if (known != null) {
                alias = known;
                topic = TopicName.EMPTY;
            } else if (aliases.size() < most) {
                alias = aliases.size() + 1;
                aliases.put(topic, alias);
            }
        }
        out.publish(
                dup,
                message.qos,
                message.retain,
                topic,
                message.qos == Qos.AT_MOST_ONCE ? 0 : message.packetId,
                settings.isV5() ? message.properties : PublishProperties.NONE,
                settings.isV5() ? expirySeconds(message) : Publish.ABSENT,
                alias,
                message.payload);
    }

    private long expirySeconds(Outgoing message) {
        if (message.expiresAtNanos == Outgoing.NEVER) {
            return Publish.ABSENT;
        }
        return Math.max(1, (message.expiresAtNanos - thread.nanoTime() + NANOS - 1) / NANOS);
    }

    /** Why {@code message} cannot be sent to this server at all, or null. */
    private @Nullable MqttException refusal(Outgoing message) {
        String topic = message.topic.name();
        if (message.expiresAtNanos != Outgoing.NEVER && message.expiresAtNanos - thread.nanoTime() <= 0) {
            return new MqttException.Expired(topic);
        }
        if (message.qos.level() > server.maximumQos().level()) { // MQTT5-3.2.2-11
            return new MqttException.PublishRefused(
                    topic,
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "the server takes QoS " + server.maximumQos().level());
        }
        if (message.retain && !server.retainAvailable()) { // MQTT5-3.2.2-14
            return new MqttException.PublishRefused(topic, ReasonCode.RETAIN_NOT_SUPPORTED, null);
        }
        if (!isWithin(message, 0)) { // MQTT5-3.2.2-15
            return new MqttException.PublishRefused(
                    topic,
                    ReasonCode.PACKET_TOO_LARGE,
                    "the server takes packets of " + server.maximumPacketSize() + " bytes");
        }
        return null;
    }

    /** Whether the server takes a packet of this size. */
    private boolean isWithin(Outgoing message, int topicAlias) {
        return server.maximumPacketSize() >= Integer.MAX_VALUE
                || server.maximumPacketSize()
                        >= PacketEncoder.publishLength(
                                MqttVersion.V5, // MQTT 3 has no limit
                                message.qos,
                                message.topic,
                                message.properties,
                                expirySeconds(message),
                                topicAlias,
                                Publish.NO_IDS,
                                message.payload.length);
    }

    void onPubAck(PubAck ack) throws ProtocolException {
        if (!(ids.owner(ack.packetId()) instanceof Outgoing message)) {
            return; // of a message that we do not know any more
        }
        if (message.qos != Qos.AT_LEAST_ONCE) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-4.3.3-3", "PUBACK for QoS 2");
        }
        end(message, ack.reason(), ack.properties().reasonString());
    }

    void onPubRec(PubRec rec) throws ProtocolException {
        Object owner = ids.owner(rec.packetId());
        if (!(owner instanceof Outgoing message)) {
            write(new PubRel(rec.packetId(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            return;
        }
        if (message.qos != Qos.EXACTLY_ONCE) {
            throw new ProtocolException(ReasonCode.PROTOCOL_ERROR, "MQTT5-4.3.2-3", "PUBREC for QoS 1");
        }
        if (rec.reason().isError()) { // MQTT5-4.3.3-4
            end(message, rec.reason(), rec.properties().reasonString());
        } else if (message.stage == Outgoing.Stage.RELEASED || keeper == null) {
            message.stage = Outgoing.Stage.RELEASED;
            write(new PubRel(message.packetId));
        } else {
            message.stage = Outgoing.Stage.RELEASED;
            Wire here = wire;
            keeper.noteReleased(message, () -> {
                if (wire == here && message.packetId != 0) { // otherwise the next connection sends it
                    write(new PubRel(message.packetId));
                }
            });
        }
    }

    void onPubComp(PubComp comp) {
        if (!(ids.owner(comp.packetId()) instanceof Outgoing message) || message.qos != Qos.EXACTLY_ONCE) {
            return;
        }
        if (message.stage == Outgoing.Stage.RELEASED) {
            cleared.set(comp.packetId());
            end(message, ReasonCode.SUCCESS, null); // also with PACKET_IDENTIFIER_NOT_FOUND: the server has it
        } else if (message.stage == Outgoing.Stage.WAITING && message.clearedOn == connection) {
            cleared.set(comp.packetId()); // the end of the turn sends it
        }
    }

    private void write(PubRel rel) {
        if (wire != null) {
            wire.write(rel);
        }
    }

    private void end(Outgoing message, ReasonCode reason, @Nullable String reasonString) {
        if (message.stage == Outgoing.Stage.WAITING) {
            return; // the answer to something else
        }
        if (resend == message) {
            resend = message.next;
        }
        if (message.sentOn == connection) {
            open--;
        }
        remove(message);
        if (reason.isError()) {
            fail(message, new MqttException.PublishRefused(message.topic.name(), reason, reasonString));
        } else {
            succeed(message, reason);
        }
    }

    private void succeed(Outgoing message, ReasonCode reason) {
        done(message);
        message.complete(reason);
    }

    private void fail(Outgoing message, MqttException why) {
        if (message.packetId != 0 && message.stage == Outgoing.Stage.WAITING) {
            ids.free(message.packetId);
            message.packetId = 0;
        }
        done(message);
        message.completeExceptionally(why);
    }

    private void done(Outgoing message) {
        doneMessages++;
        doneBytes += message.bytes();
        if (keeper != null && message.record != 0) {
            keeper.noteDone(message);
        }
    }

    /** Gives back the room of all that was done in this turn. */
    void endTurn() {
        if (doneMessages > 0) {
            room.leave(doneMessages, doneBytes);
            doneMessages = 0;
            doneBytes = 0;
        }
    }

    /** The client closes: what waits fails. On disk it stays. */
    void close() {
        room.close();
        closed = true;
        takeHanded();
        MqttException why = closedFirst();
        for (Outgoing message; (message = waiting.poll()) != null; ) {
            message.completeExceptionally(why);
        }
        for (Outgoing message = first; message != null; message = message.next) {
            message.completeExceptionally(why);
        }
    }

    private MqttException closedFirst() {
        return new MqttException.Closed(
                keeper == null
                        ? "the client was closed before the message was acknowledged"
                        : "the client was closed before the message was acknowledged; it is kept on disk");
    }

    private void append(Outgoing message) {
        message.previous = last;
        message.next = null;
        if (last == null) {
            first = message;
        } else {
            last.next = message;
        }
        last = message;
    }

    private void remove(Outgoing message) {
        Outgoing before = message.previous;
        Outgoing after = message.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        message.previous = null;
        message.next = null;
        ids.free(message.packetId);
        message.packetId = 0;
    }
}
