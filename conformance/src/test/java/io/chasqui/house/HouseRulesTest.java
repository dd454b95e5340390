package io.chasqui.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every rule holds for the whole house, and bites where it does not. */
class HouseRulesTest {
    /** Who may use whom, in main code: down the floors of ARCHITECTURE.md, and no further than needed. */
    private static final Map<String, Set<String>> ARROWS = arrows("""
                protocol ->

                broker.loop ->
                broker.metrics ->
                broker.topic ->
                broker.message -> broker.loop protocol
                broker.auth -> protocol
                broker.tls -> broker.auth
                broker.storage -> broker.message broker.loop protocol
                broker.storage.disk -> broker.storage broker.message protocol
                broker.routing -> broker.topic broker.storage broker.message broker.loop protocol
                broker.session -> broker.routing broker.topic broker.storage broker.message broker.loop broker.metrics protocol
                broker.connection -> broker.session broker.auth broker.routing
                broker.connection -> broker.storage broker.message broker.loop broker.metrics protocol
                broker.transport -> broker.connection broker.auth broker.tls broker.message broker.loop broker.metrics protocol
                broker -> broker.transport broker.connection broker.session broker.auth broker.tls broker.routing
                broker -> broker.storage broker.message broker.loop broker.metrics protocol

                client.outbox ->
                client.transport -> protocol
                client -> client.outbox client.transport protocol

                testkit -> broker client
                examples -> broker broker.auth broker.connection broker.message client protocol

                rocksdb -> broker.storage.disk

                server.config -> broker broker.auth broker.connection broker.tls protocol rocksdb
                server.json ->
                server.logging -> server.config
                server.format -> client protocol server.json
                server.auth -> broker broker.auth server.config server.json protocol
                server.doctor -> broker broker.tls protocol rocksdb server.config
                server.torture -> protocol
                server.probe -> client.transport protocol
                server.bench -> server.probe client.transport protocol
                server -> broker broker.auth broker.tls broker.storage broker.storage.disk broker.message protocol rocksdb
                server -> server.auth server.config server.doctor server.format server.json server.logging server.torture server.probe server.bench client client.transport

                conformance.raw ->
                conformance.suite -> conformance.raw
                conformance.hostile -> conformance.raw conformance.suite
                conformance.tests -> conformance.raw conformance.suite conformance.hostile
                conformance -> conformance.suite conformance.tests

                benchmarks.report ->
                benchmarks -> broker.auth broker.connection broker.session broker.routing broker.topic broker.loop broker.storage broker.storage.disk broker.message protocol rocksdb client
        """);

    private static final List<Source> HOUSE = Sources.parsed();

    @Test
    void packagesUseOnlyWhomTheyMay() {
        assertThat(new Arrows(HOUSE).notIn(ARROWS)).isEmpty();
        assertThat(Arrows.cycle(ARROWS)).isEmpty();
    }

    @Test
    void anArrowThatIsNotInTheTableIsFound() {
        List<Source> up = Source.parse(Map.of(
                main("broker/topic/A.java"),
                        "package io.chasqui.broker.topic; import io.chasqui.broker.session.Session;",
                main("broker/session/Session.java"), "package io.chasqui.broker.session; class Session {}"));
        assertThat(new Arrows(up).notIn(ARROWS)).singleElement().asString().contains("A.java:1", "broker.session");
        assertThat(Arrows.cycle(arrows("a -> b\nb -> c\nc -> b"))).containsExactly("packages in a circle: b -> c -> b");
    }

    @Test
    void nettyStaysInTheTransport() {
        assertThat(complaints(Rules::netty)).isEmpty();

        String netty = "package io.chasqui.broker.session; class A { io.netty.channel.Channel channel; }";
        assertThat(Rules.netty(source("broker/session/A.java", netty))).hasSize(1);
    }

    @Test
    void filesAndMethodsFitASitting() {
        assertThat(complaints(Rules::size)).isEmpty();

        String longMethod = "class A {\n void f() {\n" + "g();\n".repeat(Rules.METHOD_LINES) + "}}";
        assertThat(Rules.size(source("A.java", longMethod)))
                .singleElement()
                .asString()
                .contains("f has 72 lines");
        assertThat(Rules.size(source("A.java", "\n".repeat(Rules.FILE_LINES + 1))))
                .hasSize(1);
    }

    @Test
    void everyPackageExplainsItselfAndIsNullMarked() {
        assertThat(Rules.packageInfo(HOUSE)).isEmpty();

        assertThat(Rules.packageInfo(List.of(source("a/A.java", "package a; class A {}"))))
                .hasSize(1);
        assertThat(Rules.packageInfo(List.of(source("a/package-info.java", "package a;"))))
                .hasSize(2);
    }

    @Test
    void namesSaySomething() {
        assertThat(complaints(Rules::names)).isEmpty();

        for (String name : List.of("TopicUtil", "TopicUtils", "SessionManager", "RouterImpl", "AbstractX", "XHelper")) {
            assertThat(Rules.names(source("A.java", "class A { class " + name + " {} }")))
                    .as(name)
                    .hasSize(1);
        }
    }

    @Test
    void publicTypesHaveJavadoc() {
        assertThat(complaints(source -> source.isMain() ? Rules.javadoc(source) : List.of()))
                .isEmpty();

        assertThat(Rules.javadoc(source("A.java", "/** A. */ public class A { public record B() {} }")))
                .hasSize(1);
        assertThat(Rules.javadoc(source("A.java", "public interface A {}"))).hasSize(1);
        assertThat(Rules.javadoc(source("A.java", "class A { public class B {} }")))
                .isEmpty();
    }

    @Test
    void nobodySleepsAndTheCoreReadsNoClock() {
        assertThat(complaints(Rules::time)).isEmpty();

        String sleep = "class A { void f() throws Exception { Thread.sleep(1); TimeUnit.SECONDS.sleep(1); } }";
        assertThat(Rules.time(source("A.java", sleep))).hasSize(2);
        String clock =
                "package io.chasqui.broker.session; class A { long a = System.nanoTime(); Object b = Instant.now(); }";
        assertThat(Rules.time(source("broker/session/A.java", clock))).hasSize(2);
    }

    @Test
    void theCoreTakesNoLocks() {
        assertThat(complaints(Rules::locks)).isEmpty();

        String locks = """
            package io.chasqui.broker.session;
            import java.util.concurrent.locks.ReentrantLock;
            class A { synchronized void f() { synchronized (this) {} } }
            """;
        assertThat(Rules.locks(source("broker/session/A.java", locks))).hasSize(3);
    }

    @Test
    void citedStatementsExist() {
        StatementIds ids = new StatementIds(Sources.repository());
        assertThat(complaints(ids::wrongIn)).isEmpty();

        assertThat(ids.size()).isEqualTo(141 + 251 + 45 + 13);
        String wrong = """
            // MQTT5-3.3.4-9 U5-17 MQTT§3-3.3.4-9 MQTT§-3.3.4-9 MQTT§5-9.9.9-9 U§3-17 U§5-7
            class A { void mqtt5_3_3_4_9_a() {} void mqtt§3_9_9_9_9_b() {} void u§5_99_c() {} void mqtt§5_99_d() {} }
            """.replace("§", ""); // or this file would be found to cite them
        assertThat(ids.wrongIn(source("A.java", wrong))).hasSize(8);
    }

    private List<String> complaints(Function<Source, List<String>> rule) {
        return HOUSE.stream().map(rule).flatMap(List::stream).toList();
    }

    private static Source source(String path, String text) {
        return Source.parse(Map.of(main(path), text)).getFirst();
    }

    private static Path main(String path) {
        return Path.of("module/src/main/java/io/chasqui").resolve(path);
    }

    private static Map<String, Set<String>> arrows(String table) {
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (String line : table.lines().filter(line -> !line.isBlank()).toList()) {
            String[] sides = line.split("->", -1);
            Set<String> to = arrows.computeIfAbsent(sides[0].strip(), _ -> new TreeSet<>());
            to.addAll(Arrays.asList(sides[1].strip().split(" +", -1)));
            to.remove("");
        }
        return arrows;
    }
}
