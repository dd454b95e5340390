package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.server.config.Secrets;
import io.chasqui.server.config.SecuritySettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stored passwords of a database. The User Name is a parameter of the query and never a part of its text. Each of our threads
 * uses one of a few connections, which are made when they are needed, and again when they have broken. Any thread.
 */
final class SqlAuthenticator implements Authenticator, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SqlAuthenticator.class);
    private static final int MAX_GROUPS = 1_000;

    private final SecuritySettings.Sql settings;
    private final @Nullable String password;
    private final Hash standIn; // costs an unknown user as much time as a new hash of ours
    private final Workers workers;
    private final Outage outage;
    private final ArrayBlockingQueue<Connection> idle;

    /** @param queue clients that may wait for a connection */
    SqlAuthenticator(
            SecuritySettings.Sql settings,
            @Nullable String password,
            Hash.Strength strength,
            int queue,
            Outage outage) {
        this.settings = settings;
        this.password = password;
        this.outage = outage;
        standIn = strength.hash(new byte[] {1});
        workers = new Workers("sql", settings.connections(), queue);
        idle = new ArrayBlockingQueue<>(settings.connections());
    }

    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] given) {
        String user = client.userName();
        if (user == null || user.isEmpty()) {
            return CompletableFuture.completedFuture(Verdict.NEXT);
        }
        byte[] secret = given == null ? new byte[0] : given;
        return workers.ask(() -> {
            try {
                Verdict verdict = judge(user, secret);
                outage.answered();
                return verdict;
            } catch (SQLException e) {
                outage.failed(Secrets.hidden(Outage.reason(e)));
                throw new IllegalStateException("the database cannot be asked", e);
            }
        });
    }

    private Verdict judge(String user, byte[] secret) throws SQLException {
        Connection connection = idle.poll();
        if (connection == null || !connection.isValid((int) settings.timeout().toSeconds())) {
            closeQuietly(connection);
            connection = connect();
        }
        try {
            String stored = stored(connection, user);
            Set<String> groups =
                    stored == null || settings.groupsQuery().isEmpty() ? Set.of() : groups(connection, user);
            if (!idle.offer(connection)) {
                closeQuietly(connection);
            }
            return compare(user, secret, stored, groups);
        } catch (SQLException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    private Verdict compare(String user, byte[] secret, @Nullable String stored, Set<String> groups) {
        Hash hash = standIn;
        try {
            hash = stored == null ? standIn : Hash.of(stored.strip());
        } catch (IllegalArgumentException e) {
            LOG.warn("the stored password of {}: {}", Text.printable(user), e.getMessage());
        }
        boolean matches = hash.matches(secret) && secret.length > 0 && hash != standIn;
        if (stored == null) {
            return Verdict.NEXT;
        }
        return matches ? new Accepted(Identity.user(user, "sql").withGroups(groups)) : PasswordAuthenticator.REFUSED;
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        if (!settings.user().isEmpty()) {
            properties.setProperty("user", settings.user());
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        Connection connection = DriverManager.getConnection(settings.url(), properties);
        try {
            connection.setReadOnly(true);
        } catch (SQLException e) {
            closeQuietly(connection);
            throw e;
        }
        return connection;
    }

    private @Nullable String stored(Connection connection, String user) throws SQLException {
        try (PreparedStatement query = prepare(connection, settings.query(), user);
                ResultSet rows = query.executeQuery()) {
            String stored = rows.next() ? rows.getString(1) : null;
            if (stored != null && rows.next()) {
                throw new SQLException("sql.query gives more than one row for one user");
            }
            return stored;
        }
    }

    private Set<String> groups(Connection connection, String user) throws SQLException {
        try (PreparedStatement query = prepare(connection, settings.groupsQuery(), user);
                ResultSet rows = query.executeQuery()) {
            Set<String> groups = new HashSet<>();
            while (rows.next() && groups.size() < MAX_GROUPS) {
                String group = rows.getString(1);
                if (group != null) {
                    groups.add(group);
                }
            }
            return groups;
        }
    }

    private PreparedStatement prepare(Connection connection, String text, String user) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(text);
        try {
            statement.setQueryTimeout(Math.max(1, (int) settings.timeout().toSeconds()));
            statement.setMaxRows(MAX_GROUPS);
            statement.setString(1, user);
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    private static void closeQuietly(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("closing a connection to the database: {}", e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        workers.close();
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            closeQuietly(connection);
        }
    }
}
