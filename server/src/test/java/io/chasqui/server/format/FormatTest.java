package io.chasqui.server.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.PublishProperties;
import io.chasqui.protocol.UserProperty;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MosquittoParityTest cannot compare: times, and what is ours alone. */
class FormatTest {
    private static final ZonedDateTime TIME =
            ZonedDateTime.of(2026, 1, 5, 9, 8, 7, 6_000_000, ZoneId.of("Europe/Paris"));

    private final List<String> complaints = new ArrayList<>();

    private static Arrival arrival(String payload) {
        return new Arrival(
                TIME,
                "a/b",
                payload.getBytes(StandardCharsets.ISO_8859_1),
                1,
                true,
                9,
                new PublishProperties(
                        1, null, null, null, List.of(new UserProperty("k", "v"), new UserProperty("k", "w"))),
                -1,
                List.of());
    }

    private String print(String format, String payload) {
        Printer printer = Printer.of(format, true, false, true, false, complaints::add);
        return new String(printer.print(arrival(payload)), StandardCharsets.UTF_8);
    }

    /** The right column is what {@code TZ=Europe/Paris LC_ALL=C date -d @1767600487.006} prints for the same letters. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "@Y-@m-@d @H:@M:@S > 2026-01-05 09:08:07",
                "@y|@j|@e|@I|@p > 26|005| 5|09|AM",
                "@a @A @b @h @B > Mon Monday Jan Jan January",
                "@u|@w|@V|@G > 1|1|02|2026",
                "@z @Z > +0100 CET",
                "@F @T @R @D > 2026-01-05 09:08:07 09:08 01/05/26",
                "@c > Mon Jan  5 09:08:07 2026",
                "@r > 09:08:07 AM",
                "@s @N @@ > 1767600487 006000000 @",
                "%I > 2026-01-05T09:08:07+0100",
                "%U > 1767600487.006000000",
            })
    void times(String format, String expected) {
        assertThat(print(format, "")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"@q", "%z", "\\z", "a%", "a@", "a\\", "%5", "%99999p", "%.99999t"})
    void aWrongFormatIsRefused(String format) {
        assertThatThrownBy(() -> print(format, "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void prettyLaysJsonOutAndDumpsWhatIsNoText() {
        String head = "a/b  (%d bytes, QoS 1, retained)\n";
        assertThat(print(null, "{\"a\":[1,2.50,{}],\"b\":[]}")).isEqualTo(head.formatted(24) + """
            {
              "a": [
                1,
                2.50,
                {}
              ],
              "b": []
            }\
            """);
        assertThat(print(null, "plain\ntext")).isEqualTo(head.formatted(10) + "plain\ntext");
        assertThat(print(null, "\u001b[31mred"))
                .isEqualTo(head.formatted(8) + "00000000  1b 5b 33 31 6d 72 65 64                          .[31mred");
        assertThat(print(null, "\u00ff".repeat(17)))
                .endsWith("\n00000010  ff                                               .");
    }

    @Test
    void aUserPropertyThatIsThereTwiceHasBothValues() {
        assertThat(print("%j", "x").replaceAll("\\s", ""))
                .contains("\"user-properties\":{\"k\":[\"v\",\"w\"]}", "\"tst\":\"2026-01-05T09:08:07.006000+0100\"");
    }

    @Test
    void aPayloadThatIsNoJsonIsComplainedAbout() {
        assertThat(print("<%J", "{")).isEqualTo("<");
        assertThat(complaints).containsExactly("the payload on a/b is no JSON; print it with %p or %j");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "}",
                "[1,]",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "[1 2]",
                "01",
                "1.",
                "+1",
                "nul",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\t\"",
                "[1]]",
                "1 2",
                "{\"a\":1,}",
                "'a'"
            })
    void whatIsNoJsonIsFoundToBeNone(String text) {
        assertThat(JsonText.compact(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1.5e+3", "\"\\u00e9\\n\"", "[[],{},[{}]]", "{\"a\":1,\"a\":2}", "true", "null"})
    void jsonStaysAsItIs(String text) {
        assertThat(JsonText.compact(" " + text.replace(",", " ,\n") + " ")).contains(text);
        assertThat(JsonText.pretty(text).flatMap(JsonText::compact)).contains(text);
    }

    @Test
    void jsonHasALimitOfDepth() {
        int most = JsonText.MAX_DEPTH;
        assertThat(JsonText.compact("[".repeat(most) + "]".repeat(most))).isPresent();
        assertThat(JsonText.compact("[".repeat(most + 1) + "]".repeat(most + 1)))
                .isEmpty();
        assertThat(JsonText.compact("[".repeat(1_000_000))).isEmpty();
    }

    @Test
    void aRecordingSaysWhatItWasGiven() throws Exception {
        Recording recording = new Recording();
        Arrival second = new Arrival(
                TIME.plusNanos(1_234_567_890),
                "c",
                new byte[] {(byte) 0xff, 0},
                2,
                false,
                1,
                new PublishProperties(0, "text/plain", "r", new byte[] {(byte) 0xfe}, List.of()),
                60,
                List.of(5));
        assertThat(recording.line(arrival("x\n\""))).isEqualTo("""
            {"at":0.000000,"time":"2026-01-05T08:08:07.006Z","topic":"a/b","qos":1,"retain":true,"payload":"x\\u000a\\"",\
            "payloadFormat":1,"userProperties":[["k","v"],["k","w"]]}\
            """);
        Recording.Step step = Recording.read(recording.line(second));
        assertThat(step.at().toNanos()).isEqualTo(1_234_567_000);
        assertThat(step.message().topic().name()).isEqualTo("c");
        assertThat(step.message().payload()).containsExactly(0xff, 0);
        assertThat(step.message().qos().level()).isEqualTo(2);
        assertThat(step.message().retain()).isFalse();
        assertThat(step.message().expiry()).hasSeconds(60);
        assertThat(step.message().properties()).isEqualTo(second.properties());
        assertThat(Recording.read(recording.line(arrival("y"))).message().properties())
                .isEqualTo(arrival("y").properties());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "x | an object is expected (character 1)",
                "{\"payload\":\"x\"} | there is no topic",
                "{\"topic\":\"a/+\"} | a Topic Name has no wildcard",
                "{\"topic\":7} | topic is of the wrong kind",
                "{\"topic\":\"a\",\"qos\":3} | qos is 3; give 0, 1 or 2",
                "{\"topic\":\"a\",\"payloadFormat\":2} | payloadFormat is 2; give 0 or 1",
                "{\"topic\":\"a\",\"payloadBase64\":\"?a==\"} | Illegal base64",
                "{\"topic\":\"a\",\"userProperties\":[1]} | userProperties is no list of pairs of strings",
            })
    void aWrongLineOfARecordingIsRefused(String line, String why) {
        assertThatThrownBy(() -> Recording.read(line))
                .isInstanceOf(Recording.BadLineException.class)
                .hasMessageContaining(why);
    }
}
