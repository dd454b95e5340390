package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.server.config.SecuritySettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SqlAuthenticatorTest {
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final Outage outage = new Outage("the database", System::nanoTime, log::add);
    private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
    private Connection database;
    private SqlAuthenticator sql;

    @BeforeEach
    void start() throws SQLException {
        database = DriverManager.getConnection(url);
        try (Statement statement = database.createStatement()) {
            statement.execute("CREATE TABLE users(name VARCHAR, hash VARCHAR)");
            statement.execute("CREATE TABLE members(name VARCHAR, grp VARCHAR)");
            statement.execute("INSERT INTO members VALUES ('ann', 'staff'), ('ann', 'night')");
        }
        insert("ann", HashTest.QUICK.hash(HashTest.bytes("secret")).text());
        insert("bob", OpenBSDBCrypt.generate("2b", HashTest.bytes("secret"), new byte[16], 4));
        insert("cat", HashTest.STORED.get(1));
        insert("plain", "secret");
        insert("null", null);
        insert("twice", HashTest.STORED.get(0));
        insert("twice", HashTest.STORED.get(1));
        sql = sql(url, "SELECT hash FROM users WHERE name = ?");
    }

    private SqlAuthenticator sql(String url, String query) {
        SecuritySettings.Sql settings = new SecuritySettings.Sql(
                url, "", Path.of(""), query, "SELECT grp FROM members WHERE name = ?", 2, Duration.ofSeconds(5));
        return new SqlAuthenticator(settings, null, HashTest.QUICK, 100, outage);
    }

    private void insert(String name, @Nullable String hash) throws SQLException {
        try (PreparedStatement insert = database.prepareStatement("INSERT INTO users VALUES (?, ?)")) {
            insert.setString(1, name);
            insert.setString(2, hash);
            insert.execute();
        }
    }

    @AfterEach
    void stop() throws SQLException {
        sql.close();
        database.close();
    }

    private CompletableFuture<Verdict> ask(@Nullable String user, @Nullable String password) {
        return sql.authenticate(People.named("c", user), password == null ? null : HashTest.bytes(password))
                .toCompletableFuture();
    }

    @Test
    void rightWrongAndMissing() {
        for (String user : new String[] {"ann", "bob", "cat"}) {
            assertThat(ask(user, "secret").join()).as(user).isInstanceOf(Accepted.class);
            assertThat(ask(user, "wrong").join()).as(user).isEqualTo(PasswordAuthenticator.REFUSED);
            assertThat(ask(user, "").join()).as(user).isEqualTo(PasswordAuthenticator.REFUSED);
            assertThat(ask(user, null).join()).as(user).isEqualTo(PasswordAuthenticator.REFUSED);
        }
        assertThat(((Accepted) ask("ann", "secret").join()).identity().groups()).isEqualTo(Set.of("staff", "night"));
        assertThat(ask("eve", "secret").join()).isEqualTo(Verdict.NEXT);
        assertThat(ask(null, "secret").join()).isEqualTo(Verdict.NEXT);
        assertThat(ask("plain", "secret").join())
                .as("a password in clear is no stored password")
                .isEqualTo(PasswordAuthenticator.REFUSED);
        assertThat(ask("null", "secret").join()).isEqualTo(Verdict.NEXT);
    }

    @Test
    void aNameIsAParameterAndNeverText() {
        for (String name : new String[] {
            "' OR '1'='1", "ann' --", "ann'; DROP TABLE users; --", "ann\u0000", "?", "x".repeat(65_535)
        }) {
            assertThat(ask(name, "secret").join()).as(name).isEqualTo(Verdict.NEXT);
        }
        assertThat(ask("ann", "secret").join()).as("the table is there").isInstanceOf(Accepted.class);
    }

    @Test
    void aPasswordIsOnlyAPasswordHoweverLong() {
        for (String user : new String[] {"ann", "bob", "cat"}) {
            for (String password : new String[] {"x".repeat(65_535), "secret\u0000", "' OR '1'='1"}) {
                assertThat(ask(user, password).join()).as(user).isEqualTo(PasswordAuthenticator.REFUSED);
            }
        }
    }

    @Test
    void moreThanOneRowAndAWrongQueryLetNobodyIn() {
        assertThat(ask("twice", "secret")).failsWithin(Duration.ofSeconds(20));
        try (SqlAuthenticator wrong = sql(url, "SELECT nothing FROM nowhere WHERE name = ?")) {
            assertThat(wrong.authenticate(People.named("c", "ann"), HashTest.bytes("secret")))
                    .failsWithin(Duration.ofSeconds(20));
        }
    }

    @Test
    void aDatabaseThatGoesAndComesBack() throws SQLException {
        assertThat(ask("ann", "secret").join()).isInstanceOf(Accepted.class);
        try (Statement statement = database.createStatement()) {
            statement.execute("SHUTDOWN");
        }
        assertThat(ask("ann", "secret")).as("it is empty now").failsWithin(Duration.ofSeconds(20));
        start();
        assertThat(ask("ann", "secret").join()).isInstanceOf(Accepted.class);
        assertThat(log)
                .hasSize(2)
                .first()
                .asString()
                .startsWith("the database gives no answer, and nobody gets in by it (1 refused): ");
        assertThat(log).last().isEqualTo("the database answers again (0 more refused meanwhile)");
    }
}
