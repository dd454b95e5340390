package io.chasqui.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretsTest {
    @Test
    void passwordsOfUrlsAreHidden() {
        assertThat(Secrets.hidden("https://bob:hunter2@id.example.com:8443/auth?key=hunter2&x=1#k"))
                .isEqualTo("https://bob:***@id.example.com:8443/auth?key=***&x=1#k");
        assertThat(Secrets.hidden("jdbc:postgresql://db/users?user=bob&sslPassword=hunter2&password=hunter2"))
                .isEqualTo("jdbc:postgresql://db/users?user=bob&sslPassword=***&password=***");
        assertThat(Secrets.hidden("jdbc:sqlserver://db;user=bob;PASSWORD=hunter2;encrypt=true"))
                .isEqualTo("jdbc:sqlserver://db;user=bob;PASSWORD=***;encrypt=true");
        assertThat(Secrets.hidden("No suitable driver found for jdbc:x://a:hunter2@db/"))
                .isEqualTo("No suitable driver found for jdbc:x://a:***@db/");
    }

    @Test
    void whatIsNoSecretStays() {
        for (String text : new String[] {
            "",
            "127.0.0.1",
            "https://id.example.com:8443/keys?tenant=1",
            "https://ann@id.example.com/",
            "SELECT password FROM users WHERE name = ?",
            "/etc/chasqui/password=file",
            "uid=%u,ou=people,dc=example,dc=com"
        }) {
            assertThat(Secrets.hidden(text)).isEqualTo(text);
        }
    }
}
