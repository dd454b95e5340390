package io.chasqui.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the bytes are, reading them ends in nodes or in one line that says what is wrong. */
class YamlFileTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'a: 1\nb: [1, 2\nc: 3'| 3 | is not YAML: expected ',' or ']'%",
                "'a: 1\nb: \"x'        | 2 | is not YAML: found unexpected end of stream",
                "'a: b: c'             | 1 | is not YAML: mapping values are not allowed here",
                "'a:\n\tb: 1'          | 2 | a tab in the indentation; YAML takes spaces only",
                "'a: *b'               | 1 | *b has no anchor before it",
                "'a: &x [*x]'          | 1 | *x has no anchor before it",
                "'? [a]\n: b'          | 1 | a key is a word, not a list or a mapping",
                "'a: 1\n---\nb: 2'     | 2 | a second document starts here; give one",
                "'a:\n  b: {c: d\n} e:\n    f: 1' | 2 | is not YAML, here or below: A simple key is required%",
                "*                    | 1 | is not YAML: unexpected character found \\u0000(0)",
                "'a: \u0007'           | 1 | character U+0007 may not stand in YAML",
            })
    void aFaultOfSyntaxNamesItsLine(String yaml, int line, String message) {
        YamlFile.SyntaxException e = catchThrowableOfType(YamlFile.SyntaxException.class, () -> YamlFile.parse(yaml));
        assertThat(e.line()).isEqualTo(line);
        assertThat(e.message()).matches("\\Q" + message.replace("%", "\\E.*\\Q") + "\\E");
    }

    @Test
    void bytesThatAreNotUtf8AreFound() {
        byte[] latin1 = "a: 1\nb: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        YamlFile.SyntaxException e =
                catchThrowableOfType(YamlFile.SyntaxException.class, () -> YamlFile.decode(latin1));
        assertThat(e.line()).isEqualTo(2);
        assertThat(e.message()).isEqualTo("byte 0xe9 is not UTF-8; save the file as UTF-8");
        byte[] cut = {'a', ':', ' ', (byte) 0xc3};
        assertThat(catchThrowableOfType(YamlFile.SyntaxException.class, () -> YamlFile.decode(cut)))
                .hasMessage("byte 0xc3 is not UTF-8; save the file as UTF-8");
    }

    @Test
    void aByteOrderMarkIsSkipped() throws Exception {
        assertThat(YamlFile.parse(YamlFile.decode("\uFEFFa: 1".getBytes(StandardCharsets.UTF_8)))
                        .entries())
                .singleElement()
                .extracting(entry -> entry.key().text())
                .isEqualTo("a");
    }

    /** Ten levels of ten aliases each would be 10 billion nodes if they were multiplied out. */
    @Test
    void anAliasBombIsSharedNodes() throws Exception {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i <= 10; i++) {
            bomb.append(String.format(Locale.ROOT, "a%d: &a%d [%s]%n", i, i, ("*a" + (i - 1) + ", ").repeat(9) + "x"));
        }
        assertThat(YamlFile.parse(bomb.toString()).entries()).hasSize(11);
        Path file = Files.writeString(directory.resolve("bomb.yaml"), bomb);
        assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(Sources.of(file)))
                        .faults())
                .hasSize(11);
    }

    /** 4,000 listeners that are all the same mapping of 4,000 keys would be 16 million faults. */
    @Test
    void whatAliasesAddUpToIsBounded() {
        String many = IntStream.range(0, 4_000)
                .mapToObj(i -> "k" + i + ": 1")
                .collect(Collectors.joining(", ", "listeners:\n  l0: &x {", "}\n"));
        String aliases =
                IntStream.range(1, 4_000).mapToObj(i -> "  l" + i + ": *x\n").collect(Collectors.joining());
        YamlFile.SyntaxException e =
                catchThrowableOfType(YamlFile.SyntaxException.class, () -> YamlFile.parse(many + aliases));
        assertThat(e.message()).isEqualTo("has more than 20000 keys, which no configuration needs");
        assertThat(e.line()).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({"[", "'{a: '", "'- '", "'? '"})
    void depthIsBounded(String opening) {
        YamlFile.SyntaxException e = catchThrowableOfType(
                YamlFile.SyntaxException.class, () -> YamlFile.parse("a:\n  " + opening.repeat(20_000)));
        assertThat(e.message()).isIn("nested deeper than 16 levels", "a key is a word, not a list or a mapping");
    }

    @Test
    void sizeIsBounded() throws IOException {
        Path file = Files.writeString(directory.resolve("big.yaml"), "# " + "x".repeat(YamlFile.MAX_BYTES));
        assertThat(catchThrowableOfType(YamlFile.SyntaxException.class, () -> YamlFile.read(file)))
                .hasMessage("is larger than 256 KiB, which no configuration needs");
    }

    @Test
    void whatIsNoFileIsExplained() {
        assertThat(catchThrowableOfType(
                        YamlFile.SyntaxException.class, () -> YamlFile.read(directory.resolve("none.yaml"))))
                .hasMessage("there is no such file");
        assertThat(catchThrowableOfType(YamlFile.SyntaxException.class, () -> YamlFile.read(directory)))
                .hasMessage("is a directory; give a file");
    }

    /** Any bytes: nodes or a SyntaxException, nothing else. */
    @Test
    void randomBytesNeverBreakTheReader() {
        byte[] words = "a: b\n- [{}],&*!|>'\"%@`#\t?:\u0000\u00ff\n  limits:\n".getBytes(StandardCharsets.ISO_8859_1);
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(60)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = words[random.nextInt(words.length)];
            }
            try {
                assertThat(YamlFile.parse(YamlFile.decode(bytes)).entries()).isNotNull();
            } catch (YamlFile.SyntaxException e) {
                assertThat(e.message())
                        .describedAs("seed %d", seed)
                        .isNotBlank()
                        .doesNotContain("\n");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
