package io.chasqui.broker.auth;

import io.chasqui.broker.auth.Rules.Decision;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Authorizes by {@link Rules}, which can be replaced at any time by any thread. For each connection it remembers the last
 * decisions by topic until the rules are replaced. Below {@code $SYS} nobody publishes, whatever the rules say.
 */
public final class RuleAuthorizer implements Authorizer {
    private static final int REPORTS = 100; // denials of one connection that are told to the audit

    private final boolean reportOnly;
    private final Audit audit;
    private final LongAdder denied = new LongAdder();
    private volatile Rules rules;

    /**
     * @param reportOnly denies nothing, but counts and reports what the rules would deny
     * @param audit is told of denials: for each connection and topic once, and of at most 100 for each connection
     */
    public RuleAuthorizer(Rules rules, boolean reportOnly, Audit audit) {
        this.rules = rules;
        this.reportOnly = reportOnly;
        this.audit = audit;
    }

    /** From now on decides by these. */
    public void replace(Rules newRules) {
        rules = newRules;
    }

    /** How often the rules have said no: to a PUBLISH, to a Topic Filter, or to a message for a subscriber. */
    public long denied() {
        return denied.sum();
    }

    @Override
    public Authorizer of(ClientInfo client) {
        return new OfConnection(client);
    }

    @Override
    public boolean mayPublish(ClientInfo client, TopicName topic, Qos qos, boolean retain) {
        return of(client).mayPublish(client, topic, qos, retain);
    }

    @Override
    public boolean maySubscribe(ClientInfo client, TopicFilter filter, Qos qos) {
        return of(client).maySubscribe(client, filter, qos);
    }

    @Override
    public boolean mayReceive(ClientInfo client, TopicName topic) {
        return of(client).mayReceive(client, topic);
    }

    /** Decides for one connection. Confined to its loop. */
    private final class OfConnection implements Authorizer {
        private static final int TOPICS = 32; // a power of two
        private static final int RECEIVE = 6; // 0 to 5 are PUBLISH with each QoS and RETAIN

        private final ClientInfo client;
        private int reports;

        // Valid for one set of rules. A topic has one place, and in it a bit for each question.
        private @Nullable Rules known;
        private Rules.@Nullable Subject subject;
        private @Nullable TopicName @Nullable [] topics;
        private byte[] answered = {};
        private byte[] allowed = {};
        private @Nullable TopicName last; // that was spoken of: most clients publish to few topics
        private int allowedOfLast; // questions to which the answer was yes, a bit for each

        OfConnection(ClientInfo client) {
            this.client = client;
        }

        @Override
        public boolean mayPublish(ClientInfo same, TopicName topic, Qos qos, boolean retain) {
            int question = qos.level() * 2 + (retain ? 1 : 0);
            return isAllowedAgain(topic, question) || may(topic, question, qos, retain);
        }

        @Override
        public boolean mayReceive(ClientInfo same, TopicName topic) {
            return isAllowedAgain(topic, RECEIVE) || may(topic, RECEIVE, Qos.AT_MOST_ONCE, false);
        }

        /** The quickest way, for what is asked again and again. */
        private boolean isAllowedAgain(TopicName topic, int question) {
            return topic == last && known == rules && (allowedOfLast >> question & 1) != 0;
        }

        private boolean may(TopicName topic, int question, Qos qos, boolean retain) {
            Rules.Subject now = subject();
            if (topics == null) {
                topics = new TopicName[TOPICS];
                answered = new byte[TOPICS];
                allowed = new byte[TOPICS];
            }
            int place = topic.hashCode() & (TOPICS - 1);
            int bit = 1 << question;
            TopicName before = topics[place];
            if (before != topic && !topic.equals(before)) {
                topics[place] = topic;
                answered[place] = 0;
                allowed[place] = 0;
            }
            if ((answered[place] & bit) == 0) {
                answered[place] |= (byte) bit;
                if (decide(now, topic, question, qos, retain)) {
                    allowed[place] |= (byte) bit;
                }
            }
            last = topic;
            allowedOfLast = allowed[place];
            return (allowed[place] & bit) != 0 || refuse(question != RECEIVE && isBrokersOwn(topic));
        }

        private boolean isBrokersOwn(TopicName topic) {
            return Authorizer.isBrokersOwn(topic);
        }

        private boolean decide(Rules.Subject now, TopicName topic, int question, Qos qos, boolean retain) {
            if (question == RECEIVE) {
                return report(now.receive(topic), Action.RECEIVE, topic.name());
            }
            Decision decision = isBrokersOwn(topic) ? new Decision(false, null) : now.publish(topic, qos, retain);
            return report(decision, Action.PUBLISH, topic.name());
        }

        @Override
        public boolean maySubscribe(ClientInfo same, TopicFilter filter, Qos qos) {
            return report(subject().subscribe(filter, qos), Action.SUBSCRIBE, filter.text()) || refuse(false);
        }

        private Rules.Subject subject() {
            Rules current = rules;
            if (known != current || subject == null) {
                known = current;
                subject = current.of(client);
                topics = null;
                last = null;
            }
            return subject;
        }

        /** Counts a no. @return whether it is to be overlooked */
        private boolean refuse(boolean always) {
            denied.increment();
            return reportOnly && !always;
        }

        private boolean report(Decision decision, Action action, String name) {
            if (!decision.allowed() && reports < REPORTS) {
                reports++;
                Rule rule = decision.rule();
                audit.record(new Audit.Denied(client, action, name, !reportOnly, rule == null ? null : rule.source()));
            }
            return decision.allowed();
        }
    }
}
