package io.chasqui.broker.connection;

import io.chasqui.broker.auth.Conduct;
import io.chasqui.broker.session.Session;
import io.chasqui.protocol.AckProperties;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.SubscriptionOptions.RetainHandling;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One SUBSCRIBE or UNSUBSCRIBE of a connection (sections 3.8 to 3.11): each Topic Filter is judged on its own. */
final class Subscribing {
    private static final String NOT_KEPT = "the store cannot keep it now";

    private final Connection connection;
    private final Session session;
    private final Core core;
    private final Policy policy;
    private final MqttVersion version;
    private final boolean bridge; // wants RETAIN as published and no echo, which MQTT 3 cannot ask for
    private final int most; // subscriptions
    private boolean tooMany; // were asked for

    /** @param most subscriptions that the listener lets this client have */
    Subscribing(Connection connection, Session session, Core core, MqttVersion version, boolean bridge, int most) {
        this.connection = connection;
        this.session = session;
        this.core = core;
        this.policy = core.policy();
        this.version = version;
        this.bridge = bridge;
        this.most = most;
    }

    void onSubscribe(Subscribe subscribe) throws ProtocolException {
        if (subscribe.subscriptionId() != 0 && !policy.subscriptionIdentifiers()) {
            throw new ProtocolException(
                    ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED, "U5-14", "Subscription Identifier");
        }
        List<ReasonCode> reasons = new ArrayList<>(subscribe.entries().size());
        Set<TopicFilter> replays = new LinkedHashSet<>();
        String firstFault = null;
        for (Subscribe.Entry entry : subscribe.entries()) {
            String fault = fault(entry.filter());
            if (fault != null) {
                firstFault = firstFault == null ? fault : firstFault;
                reasons.add(ReasonCode.TOPIC_FILTER_INVALID);
                continue;
            }
            TopicFilter filter = TopicFilter.of(entry.filter());
            ReasonCode refusal = refusal(filter, entry.options());
            if (refusal == null
                    && session.isStored()
                    && !core.router().journal().accepts()) {
                refusal = ReasonCode.QUOTA_EXCEEDED;
            }
            reasons.add(
                    refusal != null
                            ? refusal
                            : subscribe(filter, entry.options(), subscribe.subscriptionId(), replays));
        }
        if (version == MqttVersion.V3_1 && reasons.stream().anyMatch(ReasonCode::isError)) {
            throw new ProtocolException( // MQTT 3.1 has no word for a failed subscription
                    ReasonCode.UNSPECIFIED_ERROR, "MQTT3-3.8.4-5", "a Topic Filter was refused");
        }
        if (tooMany && connection.overLimit() == Conduct.OverLimit.DISCONNECT) {
            connection.end(ReasonCode.QUOTA_EXCEEDED, "this client may have no more subscriptions");
            return;
        }
        SubAck ack = new SubAck(subscribe.packetId(), reasons, reason(firstFault));
        session.whenDecided(safe -> {
            if (safe) {
                connection.acknowledge(ack);
                tellSubscribed(subscribe, reasons);
                // After SUBACK, though they may come before (U5-35); also when this connection is over and another has
                // the
                // session.
                replays.forEach(session::replayRetained);
            } else {
                takeBack(subscribe, reasons);
            }
        });
    }

    private void tellSubscribed(Subscribe subscribe, List<ReasonCode> reasons) {
        Interception interception = connection.interception();
        for (int i = 0; interception != null && i < reasons.size(); i++) {
            ReasonCode granted = reasons.get(i);
            if (!granted.isError()) {
                TopicFilter filter = TopicFilter.of(subscribe.entries().get(i).filter());
                interception.tell(to -> to.onSubscribed(connection.client(), filter, Qos.of(granted.code())));
            }
        }
    }

    private void tellUnsubscribed(Unsubscribe unsubscribe, List<ReasonCode> reasons) {
        Interception interception = connection.interception();
        for (int i = 0; interception != null && i < reasons.size(); i++) {
            if (reasons.get(i) == ReasonCode.SUCCESS) {
                TopicFilter filter = TopicFilter.of(unsubscribe.filters().get(i));
                interception.tell(to -> to.onUnsubscribed(connection.client(), filter));
            }
        }
    }

    /** The store failed: what was granted is refused after all. */
    private void takeBack(Subscribe subscribe, List<ReasonCode> reasons) {
        if (connection.isClosed()) {
            return; // nobody was told anything
        }
        List<ReasonCode> refusals = new ArrayList<>(reasons.size());
        for (int i = 0; i < reasons.size(); i++) {
            if (!reasons.get(i).isError()) {
                session.unsubscribe(subscribe.entries().get(i).filter());
            }
            refusals.add(reasons.get(i).isError() ? reasons.get(i) : ReasonCode.QUOTA_EXCEEDED);
        }
        if (version == MqttVersion.V3_1) {
            connection.end(ReasonCode.QUOTA_EXCEEDED, NOT_KEPT);
        } else {
            connection.acknowledge(new SubAck(subscribe.packetId(), refusals, reason(NOT_KEPT)));
        }
    }

    private ReasonCode subscribe(
            TopicFilter filter, SubscriptionOptions asked, int subscriptionId, Set<TopicFilter> replays) {
        Qos granted = asked.qos().min(policy.maxQos());
        SubscriptionOptions wanted = new SubscriptionOptions(
                granted,
                asked.noLocal() || bridge && !filter.isShared(),
                asked.retainAsPublished() || bridge,
                asked.retainHandling());
        SubscriptionOptions options = wanted.equals(asked) ? asked : wanted; // the decoder makes each once
        Session.Subscribed subscribed = session.subscribe(filter, options, subscriptionId, most);
        if (subscribed == Session.Subscribed.TOO_MANY) {
            tooMany = true;
            return ReasonCode.QUOTA_EXCEEDED;
        }
        boolean send = asked.retainHandling() == RetainHandling.SEND
                || asked.retainHandling() == RetainHandling.SEND_IF_NEW && subscribed == Session.Subscribed.NEW;
        if (send && !filter.isShared()) {
            replays.remove(filter); // the same filter twice in one packet is replayed once
            replays.add(filter);
        }
        return ReasonCode.granted(granted);
    }

    private @Nullable String fault(String filter) {
        String fault = TopicFilter.fault(filter);
        if (fault == null && TopicFilter.of(filter).levelCount() > policy.maxTopicLevels()) {
            return "more than " + policy.maxTopicLevels() + " levels";
        }
        return fault;
    }

    /** Why a well-formed filter is refused, or null. */
    private @Nullable ReasonCode refusal(TopicFilter filter, SubscriptionOptions options) throws ProtocolException {
        boolean v5 = version == MqttVersion.V5;
        if (filter.isShared() && options.noLocal()) {
            throw new ProtocolException(
                    ReasonCode.PROTOCOL_ERROR, "MQTT5-3.8.3-4", "No Local on a Shared Subscription");
        }
        if (filter.isShared() && !policy.sharedSubscriptions()) {
            if (v5) { // CONNACK said so: a Protocol Error
                throw new ProtocolException(
                        ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED, "U5-15", "Shared Subscription");
            }
            return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        if (filter.hasWildcard() && !policy.wildcardSubscriptions()) {
            if (v5) {
                throw new ProtocolException(ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED, "U5-13", "wildcard");
            }
            return ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED; // MQTT3-3.8.3-2
        }
        return connection.authorizer().maySubscribe(connection.client(), filter, options.qos())
                ? null
                : ReasonCode.NOT_AUTHORIZED;
    }

    void onUnsubscribe(Unsubscribe unsubscribe) {
        List<ReasonCode> reasons = new ArrayList<>(unsubscribe.filters().size());
        String firstFault = null;
        for (String filter : unsubscribe.filters()) {
            if (session.unsubscribe(filter)) {
                reasons.add(ReasonCode.SUCCESS);
                continue;
            }
            String fault = TopicFilter.fault(filter);
            firstFault = firstFault == null ? fault : firstFault;
            reasons.add(fault == null ? ReasonCode.NO_SUBSCRIPTION_EXISTED : ReasonCode.TOPIC_FILTER_INVALID);
        }
        UnsubAck ack = new UnsubAck(unsubscribe.packetId(), reasons, reason(firstFault));
        session.whenDecided(safe -> {
            if (safe) {
                connection.acknowledge(ack);
                tellUnsubscribed(unsubscribe, reasons);
            } else { // MQTT 3 has no word for it, and a later UNSUBSCRIBE may succeed
                connection.end(ReasonCode.QUOTA_EXCEEDED, NOT_KEPT);
            }
        });
    }

    private AckProperties reason(@Nullable String fault) {
        return fault == null || !connection.givesReasons() ? AckProperties.NONE : AckProperties.reason(fault);
    }
}
