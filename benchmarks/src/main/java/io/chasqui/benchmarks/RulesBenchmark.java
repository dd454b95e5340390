package io.chasqui.benchmarks;

import io.chasqui.broker.auth.Audit;
import io.chasqui.broker.auth.Authorizer;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.auth.Rule;
import io.chasqui.broker.auth.RuleAuthorizer;
import io.chasqui.broker.auth.Rules;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: does the cost of a decision grow with the number of rules? It must not, be it remembered ({@link #remembered}) or
 * made ({@link #decided}). And what do rules add to a message whose topic is hot, beside {@link #open}? More than 10 ns, or
 * any allocation, is a failure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx2g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RulesBenchmark {
    private static final int TOPICS = 1 << 10; // more than a connection remembers

    @Param({"100", "10000", "100000"})
    int rules;

    private final TopicName[] topics = new TopicName[TOPICS];
    private final ClientInfo client = new ClientInfo(
                    "c",
                    "user50",
                    Peer.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)),
                    "mqtt",
                    MqttVersion.V5)
            .as(Identity.user("user50", "password"));
    private Authorizer authorizer = Authorizer.OPEN;
    private int next;

    @Setup
    public void compile() {
        List<Rule> list = new ArrayList<>();
        list.add(Rule.of(true, true, true, "plant/+/%u/#", "everyone"));
        list.add(Rule.of(false, true, true, "plant/+/+/locked/#", "everyone"));
        for (int i = 2; i < rules; i++) {
            Rule.Who one = new Rule.Who(Set.of("user" + i), Set.of(), Set.of(), Set.of(), Set.of());
            String filter = "plant/site" + i % 100 + "/device" + i + "/#";
            Rule.Who who = i % 2 == 0 ? one : Rule.Who.EVERYONE;
            list.add(new Rule(true, true, true, filter, who, Qos.AT_MOST_ONCE, Qos.EXACTLY_ONCE, null, "line " + i));
        }
        authorizer =
                new RuleAuthorizer(new Rules(Rules.Meaning.MOST_SPECIFIC, false, list), false, Audit.NONE).of(client);
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = TopicName.of("plant/site50/user50/" + i + "/temperature");
        }
    }

    @Benchmark
    public boolean open() {
        return Authorizer.OPEN.mayPublish(client, topics[0], Qos.AT_LEAST_ONCE, false);
    }

    @Benchmark
    public boolean remembered() {
        return authorizer.mayPublish(client, topics[0], Qos.AT_LEAST_ONCE, false);
    }

    @Benchmark
    public boolean decided() {
        next = (next + 1) & (TOPICS - 1);
        return authorizer.mayPublish(client, topics[next], Qos.AT_LEAST_ONCE, false);
    }
}
