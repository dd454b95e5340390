package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code chasqui passwd} and {@code chasqui acl}. */
class SecurityCommandsTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true));

    private int passwd(String input, String... args) {
        ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return new CommandLine(new PasswdCommand(console, in).spec()).execute(args);
    }

    private int acl(String... args) {
        return new CommandLine(new AclCommand(Map.of(), console).spec()).execute(args);
    }

    @Test
    void aUserIsMadeChangedVerifiedAndDeleted() throws IOException {
        String file = folder.resolve("passwords").toString();
        assertThat(passwd("one\n", "create", file, "ann", "--password-file", "-"))
                .isZero();
        assertThat(passwd("two\n", "create", file, "ann", "--password-file", "-"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("ann is there already");
        assertThat(passwd("one\r\nmore", "verify", file, "ann", "--password-file", "-"))
                .isZero();
        assertThat(passwd("two", "verify", file, "ann", "--password-file", "-")).isEqualTo(1);
        Path secret = Files.writeString(folder.resolve("secret"), "two\n");
        assertThat(passwd("", "change", file, "ann", "--scram", "--password-file", secret.toString()))
                .isZero();
        assertThat(passwd("two", "verify", file, "ann", "--password-file", "-")).isZero();
        assertThat(Files.readString(Path.of(file)))
                .contains("ann:SCRAM-SHA-256$")
                .doesNotContain("two");
        assertThat(passwd("", "change", file, "bob", "--password-file", "-")).isEqualTo(1);
        assertThat(passwd("", "create", file, "bob", "--password-file", "-"))
                .as("an empty one")
                .isEqualTo(1);
        assertThat(passwd("x", "create", file, "b:b", "--password-file", "-")).isEqualTo(1);
        assertThat(passwd("", "delete", file, "ann")).isZero();
        assertThat(passwd("", "delete", file, "ann")).isEqualTo(1);
        assertThat(Files.readString(Path.of(file))).isEmpty();
    }

    private String rules() throws IOException {
        return Files.writeString(folder.resolve("rules.yaml"), """
            rules:
              - {allow: subscribe, topic: news/#, group: staff}
              - {deny: all, topic: news/internal/#}
            """).toString();
    }

    @Test
    void aDecisionWithItsRule() throws IOException {
        String rules = rules();
        String[] ask = {"test", "--rules", rules, "--user", "ann", "--group", "staff", "--action", "subscribe"};
        assertThat(acl(with(ask, "--topic", "news/#"))).isZero();
        assertThat(out.toString()).contains("allowed: ", "rules.yaml:2");
        assertThat(acl(with(ask, "--topic", "news/internal/x"))).isEqualTo(1);
        assertThat(out.toString()).contains("denied: ", "rules.yaml:3");
        assertThat(acl(with(ask, "--topic", "#"))).isEqualTo(1);
        assertThat(out.toString()).contains("denied: no rule speaks of it");
        assertThat(acl(with(ask, "--topic", "a/#/b"))).isEqualTo(2);
        assertThat(acl("test", "--rules", rules, "--action", "publish")).isEqualTo(2);
        assertThat(err.toString()).contains("give topic");
        Files.writeString(folder.resolve("rules.yaml"), "rules: [{allow: x}]");
        assertThat(acl(with(ask, "--topic", "a"))).isEqualTo(78);
    }

    private static String[] with(String[] args, String... more) {
        String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return all;
    }

    @Test
    void expectationsThatAreMetAndNotMet() throws IOException {
        String rules = rules();
        Path file = folder.resolve("expectations");
        Files.writeString(file, """
            # what must be so
            allow user=ann group=staff action=subscribe topic=news/#
            deny  user=bob action=subscribe topic=news/#
            deny  group=staff action=receive topic=news/internal/x qos=1
            """);
        assertThat(acl("check", "--rules", rules, file.toString())).isZero();
        assertThat(out.toString()).contains("3 expectations, 0 not met");
        Files.writeString(file, """
            allow user=bob action=subscribe topic=news/#
            perhaps
            deny colour=blue
            deny action=publish topic=+
            deny action=publish topic=a retain=yes
            """);
        assertThat(acl("check", "--rules", rules, file.toString())).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "expectations:1: denied: no rule speaks of it",
                        "expectations:2: begins with neither allow nor deny",
                        "expectations:3: unknown word colour",
                        "expectations:4: ",
                        "expectations:5: retain is true or false",
                        "5 expectations, 5 not met");
    }
}
