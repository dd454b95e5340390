package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web pages may connect. */
class OriginsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "localhost",
                "http://localhost.evil.example",
                "http://evil.example:80",
                "http://evil.example#http://localhost",
                "http://127.0.0.1.evil.example",
                "ftp://localhost"
            })
    void pagesOfOthersMayNot(String origin) {
        Origins origins = new Origins(List.of("localhost"));
        assertThat(origins.allow(origin)).isFalse();
        assertThat(origins.allow(null)).as("no browser").isTrue();
        assertThat(new Origins(List.of()).allow(origin)).isTrue();
    }

    @Test
    void originsThatAreListedMayConnect() {
        Origins origins = new Origins(List.of("https://App.example:8443", "null"));
        assertThat(origins.allow("https://app.example:8443")).isTrue();
        assertThat(origins.allow("null")).isTrue();
        assertThat(origins.allow("https://app.example")).isFalse();
        assertThat(origins.allow("http://app.example:8443")).isFalse();
        assertThat(origins.allow("http://localhost")).isFalse();
    }
}
