package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.server.config.Sources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The two ways in which the command line of {@code serve} is read must not differ. */
final class PlainServeTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("CHASQUI_LOOPS", "1");
    private static final List<String> WORDS = List.of(
            "-c",
            "--config",
            "-p",
            "--port",
            "-d",
            "--data",
            "-s",
            "--set",
            "--port=1",
            "--data=x=y",
            "--set=a=b",
            "--config=f",
            "-p1",
            "-p=1",
            "--pot",
            "--help",
            "-h",
            "--",
            "serve",
            "1883",
            "limits.max-qos=1",
            "a b",
            "@file",
            "\"quoted\"",
            "",
            "-1",
            "--port=",
            "${env:HOME}");

    @Test
    void readsThePlainForms() {
        assertThat(read("serve", "--port", "1884", "--data=dir", "-s", "a=1", "--set", "b=2", "--config", "f.yaml"))
                .isEqualTo(new Sources(Path.of("f.yaml"), ENVIRONMENT, List.of("a=1", "b=2"), "1884", "dir"));
        assertThat(read()).isEqualTo(new Sources(null, ENVIRONMENT, List.of(), null, null));
        assertThat(read("-p", "0")).isEqualTo(new Sources(null, ENVIRONMENT, List.of(), "0", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--pot 1",
                "-p1",
                "--port",
                "--port 1 --port 2",
                "config show",
                "--port -1",
                "--set @f",
                "--data=",
                "--data 'x'",
                "--",
                "1883"
            })
    void leavesTheRestToPicocli(String line) {
        assertThat(read(line.split(" ", -1))).isNull();
    }

    @Test
    void whatItReadsPicocliReadsLikewise() {
        Random random = new Random(1);
        int plain = 0;
        for (int i = 0; i < 20_000; i++) {
            List<String> words = new ArrayList<>();
            for (int n = random.nextInt(7); n > 0; n--) {
                words.add(WORDS.get(random.nextInt(WORDS.size())));
            }
            String[] args = words.toArray(String[]::new);
            Sources read = read(args);
            if (read != null) {
                plain++;
                assertThat(read).describedAs("%s", words).isEqualTo(readByPicocli(args));
            }
        }
        assertThat(plain).isGreaterThan(1_000);
    }

    private static @Nullable Sources read(String... args) {
        return PlainServe.read(args, ENVIRONMENT);
    }

    private static Sources readByPicocli(String[] args) {
        boolean named = args.length > 0 && args[0].equals("serve");
        CommandLine line = new CommandLine(ConfigOptions.addTo(CommandSpec.create()));
        String[] options = named ? Arrays.copyOfRange(args, 1, args.length) : args;
        return ConfigOptions.sources(line.parseArgs(options), ENVIRONMENT);
    }
}
