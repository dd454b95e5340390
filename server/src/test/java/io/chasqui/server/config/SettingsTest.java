package io.chasqui.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.Limits;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.connection.ListenerLimits;
import io.chasqui.broker.tls.TlsConfig;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of settings and the records of the broker say the same. */
class SettingsTest {
    @Test
    void everyComponentHasARow() {
        assertThat(rows("limits.")).containsExactlyElementsOf(components(Limits.class));
        assertThat(rows(Setting.ANY_LISTENER))
                .containsExactlyElementsOf(components(ListenerConfig.class, "name", "tls", "limits"));
        assertThat(rows(Setting.LIMITS_OF_LISTENER)).containsExactlyElementsOf(components(ListenerLimits.class));
        assertThat(rows(Setting.TLS_OF_LISTENER)).containsExactlyElementsOf(components(TlsConfig.class));
        assertThat(rows("store.")).containsExactlyElementsOf(components(StoreSettings.class));
        for (Section section : Section.SECURITY) {
            assertThat(rows(section.prefix()))
                    .as(section.prefix())
                    .containsExactlyElementsOf(components(section.defaults().getClass()));
        }
        assertThat(Section.SECURITY.stream().map(Section::name))
                .containsExactlyElementsOf(components(SecuritySettings.class));
        assertThat(rows(""))
                .containsAll(components(BrokerConfig.class, "listeners", "limits"))
                .hasSize(components(BrokerConfig.class, "listeners", "limits").size() + 2); // data, log-level
    }

    @Test
    void variablesAreDistinct() {
        Set<String> variables = new HashSet<>();
        assertThat(Settings.ALL).allMatch(setting -> variables.add(Setting.variable(setting.key())));
    }

    static Stream<Setting> numbers() {
        return Settings.ALL.stream().filter(setting -> setting.lowest() != null);
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void theRangeIsTheOneOfTheRecord(Setting setting) throws Exception {
        read(setting, String.valueOf(setting.lowest()));
        assertRefused(setting, beside(setting.lowest(), -1));
        if (setting.highest() != null) {
            read(setting, setting.highest());
            assertRefused(setting, beside(setting.highest(), 1));
        }
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void aNumberTooLargeForJavaIsRefusedOrCapped(Setting setting) throws Exception {
        String unit = setting.type().name().startsWith("duration") ? "s" : "";
        String huge = "9".repeat(40) + unit;
        if (setting.highest() == null) {
            assertThat(read(setting, huge).broker())
                    .isNotEqualTo(read(setting, setting.lowest()).broker());
        } else {
            assertRefused(setting, huge);
        }
    }

    private static Configuration read(Setting setting, String text) throws ConfigException {
        // As many shards as there can be, so that loops are free to vary; and as few loops, so that shards are.
        String other = setting.key().equals("loops") ? "shards=4096" : "loops=1";
        List<String> assignments = new ArrayList<>(List.of(other, setting.keyFor("mqtt") + "=" + text));
        if (setting.section().equals(Setting.TLS_OF_LISTENER)) {
            assignments.addAll(List.of("listeners.mqtt.tls.certificate=c.pem", "listeners.mqtt.tls.key=k.pem"));
        }
        return ConfigReader.read(new Sources(null, Map.of(), assignments, null, null));
    }

    private static void assertRefused(Setting setting, String text) {
        boolean word = text.equals("0s") && setting.type().name().contains("`");
        if (word) {
            return; // zero is what the word stands for: sys-interval off
        }
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(setting, text));
        assertThat(e).describedAs("%s=%s", setting.key(), text).isNotNull();
        assertThat(e.faults()).singleElement().asString().contains(setting.keyFor("mqtt") + " is ", text);
    }

    /** The value one beside an end of a range, in the smallest unit that the range is written in. */
    private static String beside(String end, int step) {
        String digits = end.replaceAll("[^0-9].*", "");
        String unit = end.substring(digits.length());
        return switch (unit) {
            case "GiB" -> String.valueOf((Long.parseLong(digits) << 30) + step);
            case "d" -> Duration.ofDays(Long.parseLong(digits)).toMillis() + step + "ms";
            case "h" -> Duration.ofHours(Long.parseLong(digits)).toMillis() + step + "ms";
            case "s" -> step > 0 ? Long.parseLong(digits) * 1_000 + 1 + "ms" : Long.parseLong(digits) + step + "s";
            default -> new BigInteger(digits).add(BigInteger.valueOf(step)) + unit;
        };
    }

    private static List<String> rows(String section) {
        return Settings.in(section).stream().map(Setting::component).toList();
    }

    private static List<String> components(Class<? extends Record> type, String... without) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .filter(name -> !List.of(without).contains(name))
                .toList();
    }

    @Test
    void valuesAreReadAsTheyAreShown() throws BadValueException {
        for (String text : List.of("1", "1023", "1KiB", "1025", "64MiB", "3GiB", "1024TiB")) {
            assertThat(ValueType.SIZE_LONG.format(ValueType.SIZE_LONG.parse(text)))
                    .isEqualTo(text);
        }
        for (String text : List.of("0s", "1ms", "1s", "90s", "90m", "25h", "7d")) {
            assertThat(ValueType.DURATION.format(ValueType.DURATION.parse(text)))
                    .isEqualTo(text);
        }
        assertThat(ValueType.PATH.parse("a b/c")).isEqualTo(Path.of("a b/c"));
        assertThat(Settings.SECONDS_OR_NEVER.parse("never")).isEqualTo(Duration.ofSeconds(0xFFFF_FFFFL));
    }
}
