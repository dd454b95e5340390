package io.chasqui.broker.simulation;

import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.TopicName;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One conversation as the core sees it: what it has been asked and has not answered. */
final class Talk {
    final ServerEnd end;
    final Connect connect;
    final Map<Integer, Subscribe> subscribes = new HashMap<>(); // made, and not answered
    final Map<Integer, List<Boolean>> unsubscribes = new HashMap<>(); // done, and not answered: what there was
    final ArrayDeque<Due> pubAcks = new ArrayDeque<>(); // in the order of their PUBLISH packets
    final ArrayDeque<Due> pubRecs = new ArrayDeque<>();
    private final Map<Integer, TopicName> aliases = new HashMap<>();
    String clientId;
    boolean attached; // has the session
    boolean present; // which was there before
    boolean accepted; // CONNACK with success was written
    boolean closed;
    boolean mustBePresent; // the session, as CONNACK has to say
    boolean mustBeAbsent;
    boolean sameSession; // a session that is present is the one known before
    final Map<Integer, Unsubscribing> unsubscribing = new HashMap<>(); // asked for, and not answered
    int epoch; // counts the sessions of this client

    @Nullable
    Attempt retains; // the PUBLISH at hand, if it is to be retained

    @Nullable
    Attempt doubtful; // the PUBLISH at hand, if it is not known whether the core takes it for a repetition

    @Nullable
    Packet asked; // the SUBSCRIBE or UNSUBSCRIBE at hand, not yet done

    @Nullable
    Packet last; // written

    @Nullable
    Disconnect goodbye; // received

    /** An UNSUBSCRIBE; {@code moment} is that of {@link Chronicle}. */
    record Unsubscribing(List<String> filters, long moment) {}

    /** An acknowledgement that the core owes; {@code attempt} is null for a message that cannot be told from others. */
    record Due(int packetId, @Nullable Attempt attempt) {}

    Talk(ServerEnd end, Connect connect) {
        this.end = end;
        this.connect = connect;
        this.clientId = connect.clientId();
    }

    boolean isV5() {
        return connect.version() == MqttVersion.V5;
    }

    TopicName resolve(Publish publish) {
        if (publish.topicAlias() == 0) {
            return publish.topic();
        }
        if (publish.topic() != TopicName.EMPTY) {
            aliases.put(publish.topicAlias(), publish.topic());
        }
        return aliases.get(publish.topicAlias());
    }

    ArrayDeque<Due> due(Qos qos) {
        return qos == Qos.AT_LEAST_ONCE ? pubAcks : pubRecs;
    }

    /** Whether the client has said goodbye so that its Will is deleted. */
    boolean quiet() {
        return goodbye != null && goodbye.reason() == ReasonCode.NORMAL_DISCONNECTION;
    }

    @Override
    public String toString() {
        return clientId + " on " + end;
    }
}
