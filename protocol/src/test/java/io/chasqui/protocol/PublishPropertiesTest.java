package io.chasqui.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishPropertiesTest {
    private static final List<UserProperty> AB = List.of(new UserProperty("a", "b"));

    @Test
    void isEncodedOnce() {
        PublishProperties properties = new PublishProperties(1, "c", "r", new byte[] {5}, AB);
        assertThat(properties.encoded())
                .isEqualTo(Wire.bytes("01 01 03 'c' 08 'r' 09 0001 05 26 'a' 'b'"))
                .isSameAs(properties.encoded());
        assertThat(PublishProperties.NONE.encoded()).isEmpty();
    }

    @Test
    void isEmptyWhenNothingIsThere() {
        assertThat(PublishProperties.NONE.isEmpty()).isTrue();
        assertThat(new PublishProperties(0, null, null, null, List.of()).isEmpty())
                .isFalse();
        assertThat(new PublishProperties(PublishProperties.ABSENT, "", null, null, List.of()).isEmpty())
                .isFalse();
    }

    @Test
    void equalsByValue() {
        PublishProperties properties = new PublishProperties(1, "c", "r", new byte[] {5}, AB);
        PublishProperties same = new PublishProperties(1, "c", "r", new byte[] {5}, new ArrayList<>(AB));
        assertThat(properties).isEqualTo(same).hasSameHashCodeAs(same).hasToString(same.toString());
        assertThat(List.of(
                        new PublishProperties(0, "c", "r", new byte[] {5}, AB),
                        new PublishProperties(1, null, "r", new byte[] {5}, AB),
                        new PublishProperties(1, "c", "s", new byte[] {5}, AB),
                        new PublishProperties(1, "c", "r", null, AB),
                        new PublishProperties(1, "c", "r", new byte[] {5}, List.of())))
                .doesNotContain(properties);
    }

    @Test
    void keepsItsOwnListOfUserProperties() {
        List<UserProperty> list = new ArrayList<>(AB);
        PublishProperties properties = new PublishProperties(PublishProperties.ABSENT, null, null, null, list);
        list.clear();
        assertThat(properties.userProperties()).isEqualTo(AB);
    }

    /** A log line does not show the data of a user. */
    @Test
    void printsNoCorrelationData() {
        assertThat(new PublishProperties(1, "c", "r", "secret".getBytes(StandardCharsets.UTF_8), AB))
                .asString()
                .contains("6 bytes")
                .doesNotContain("secret");
    }
}
