package io.chasqui.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.auth.Rules;
import io.chasqui.broker.auth.Rules.Decision;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.config.RuleFile.RulesException;
import io.chasqui.server.config.SecuritySettings.Authorization.Format;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleFileTest {
    @TempDir
    Path folder;

    private Rules read(Format format, String text) throws IOException {
        Path file = folder.resolve("rules");
        Files.writeString(file, text);
        return RuleFile.read(file, format);
    }

    private String faults(Format format, String text) {
        RulesException e = catchThrowableOfType(RulesException.class, () -> read(format, text));
        assertThat(e).as(text).isNotNull();
        return e.faults().toString().replace(folder.resolve("rules").toString(), "rules");
    }

    private static ClientInfo client(String clientId, @Nullable String user) {
        Peer peer = Peer.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        ClientInfo client = new ClientInfo(clientId, user, peer, "mqtt", MqttVersion.V5);
        return user == null ? client : client.as(Identity.user(user, "test"));
    }

    private static Decision publish(Rules rules, ClientInfo client, String topic) {
        return rules.publish(client, TopicName.of(topic), Qos.AT_MOST_ONCE, false);
    }

    @Test
    void rulesWithTheirPlaces() throws IOException {
        Rules rules = read(Format.CHASQUI, """
            default: allow
            rules:
              - deny: all
                topic: [admin/#, secret]
              - allow: publish
                topic: admin/%u
                user: [ann, bob]
                qos: 0-1
                retain: false
            """);
        assertThat(rules.size()).isEqualTo(3);
        assertThat(publish(rules, client("c", "ann"), "x")).isEqualTo(new Decision(true, null));
        Decision denied = publish(rules, client("c", "eve"), "admin/eve");
        assertThat(denied.allowed()).isFalse();
        assertThat(denied.rule()).isNotNull();
        assertThat(denied.rule().source()).endsWith("rules:3");
        assertThat(publish(rules, client("c", "ann"), "admin/ann").allowed()).isTrue();
        assertThat(publish(rules, client("c", "ann"), "admin/bob").allowed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rules: 5                                                | 1: rules is no list",
                "default: maybe                                          | 1: default is maybe; give allow or deny",
                "colour: blue                                            | 1: unknown key colour",
                "rules: [x]                                              | 1: a rule has keys",
                "rules: [{topic: a}]                                     | either allow or deny",
                "rules: [{allow: publish, deny: all, topic: a}]          | either allow or deny",
                "rules: [{allow: write, topic: a}]                       | is write; give publish, subscribe or all",
                "rules: [{allow: publish}]                               | a rule has a topic",
                "rules: [{allow: publish, topic: a/#/b}]                 | topic is a/#/b: '#' is not alone",
                "rules: [{allow: publish, topic: $share/g/a}]            | alone",
                "rules: [{allow: publish, topic: []}]                    | topic is empty",
                "rules: [{allow: publish, topic: a, user: []}]           | user is empty, so the rule would be for"
                        + " nobody",
                "rules: [{allow: publish, topic: a, user: {a: b}}]       | user has no value",
                "rules: [{allow: publish, topic: a, usr: b}]             | unknown key usr; did you mean user?",
                "rules: [{allow: publish, topic: a, user: b, user: c}]   | user is given twice",
                "rules: [{allow: publish, topic: a, address: x}]         | give an address such as",
                "rules: [{allow: publish, topic: a, qos: 3}]             | qos is 3; give 0, 1, 2, 0-1 or 1-2",
                "rules: [{allow: publish, topic: a, retain: yes}]        | retain is yes; give true or false",
                "rules: [{allow: subscribe, topic: a, retain: true}]     | a subscription has none",
            })
    void faultsAreExplained(String yaml, String message) {
        assertThat(faults(Format.CHASQUI, yaml)).contains("rules:1: ", message);
    }

    @Test
    void allFaultsAtOnce() {
        assertThat(faults(Format.CHASQUI, "rules:\n  - {allow: x, topic: a}\n  - {allow: publish, topic: 'a#'}\n"))
                .contains("rules:2: ", "rules:3: ");
        assertThat(faults(Format.CHASQUI, "rules:\n  - {allow: publish, topic: " + "a/".repeat(65) + "}\n"))
                .contains("more than 64 levels");
    }

    @Test
    void aHundredThousandRulesAreRead() throws IOException {
        StringBuilder text = new StringBuilder("rules:\n");
        for (int i = 0; i < 100_000; i++) {
            text.append("  - {allow: publish, topic: d/")
                    .append(i)
                    .append("/#, user: u")
                    .append(i)
                    .append("}\n");
        }
        Rules rules = read(Format.CHASQUI, text.toString());
        assertThat(rules.size()).isEqualTo(100_000);
        assertThat(publish(rules, client("c", "u99999"), "d/99999/x").allowed()).isTrue();
        assertThat(publish(rules, client("c", "u99999"), "d/99998/x").allowed()).isFalse();
    }

    @Test
    void mosquittosFile() throws IOException {
        Rules rules = read(Format.MOSQUITTO, """
            # for those without a name
            topic read open/#

            user ann
            topic readwrite a b/#
            topic deny a b/secret
            topic write w
            pattern readwrite dev/%c/+
            """);
        ClientInfo ann = client("c1", "ann");
        ClientInfo nobody = client("c2", null);
        assertThat(publish(rules, ann, "a b/x").allowed()).isTrue();
        assertThat(publish(rules, ann, "a b/secret").allowed()).isFalse();
        assertThat(publish(rules, ann, "w").allowed()).isTrue();
        assertThat(rules.receive(ann, TopicName.of("w")).allowed()).isFalse();
        assertThat(rules.receive(nobody, TopicName.of("open/x")).allowed()).isTrue();
        assertThat(publish(rules, nobody, "open/x").allowed()).isFalse();
        assertThat(rules.receive(ann, TopicName.of("open/x")).allowed()).isFalse();
        assertThat(publish(rules, ann, "dev/c1/x").allowed()).isTrue();
        assertThat(publish(rules, nobody, "dev/c2/x").allowed()).isTrue();
        assertThat(publish(rules, nobody, "dev/c1/x").allowed()).isFalse();
    }

    @Test
    void faultsOfMosquittosFile() {
        assertThat(faults(Format.MOSQUITTO, "user\ntopik a\ntopic read a/#/b\ntopic a/%u\ntopic readwrit b\n"))
                .contains(
                        "rules:1: user has no name",
                        "rules:2: is none of",
                        "rules:3: a/#/b",
                        "rules:4: %c, %u and %g",
                        "rules:5: readwrit is none of read, write, readwrite, deny");
    }
}
