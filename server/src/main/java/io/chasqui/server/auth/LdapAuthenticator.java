package io.chasqui.server.auth;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.PEMFileTrustManager;
import com.unboundid.util.ssl.SSLUtil;
import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.server.config.SecuritySettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStoreException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Users of a directory: who can bind with name and password is let in. Each client is asked for on a connection of its own,
 * so that nobody's bind is left for somebody else. Names are escaped wherever they become a part of a DN or a filter, and an
 * empty password, which a directory takes for an anonymous bind, is refused here. Any thread.
 */
final class LdapAuthenticator implements Authenticator {
    private static final int MAX_GROUPS = 1_000;

    private final SecuritySettings.Ldap settings;
    private final @Nullable String bindPassword;
    private final Workers workers;
    private final Outage outage;
    private final String host;
    private final int port;
    private final boolean tls;
    private final @Nullable SSLContext context;

    /** @throws GeneralSecurityException when the CA file cannot be used */
    LdapAuthenticator(SecuritySettings.Ldap settings, @Nullable String bindPassword, Workers workers, Outage outage)
            throws GeneralSecurityException {
        this.settings = settings;
        this.bindPassword = bindPassword;
        this.workers = workers;
        this.outage = outage;
        URI url = URI.create(settings.url());
        host = url.getHost();
        tls = url.getScheme().equals("ldaps");
        port = url.getPort() > 0 ? url.getPort() : tls ? 636 : 389;
        context = tls || settings.startTls() ? context(settings) : null;
    }

    private static SSLContext context(SecuritySettings.Ldap settings) throws GeneralSecurityException {
        if (!SecuritySettings.isGiven(settings.caFile())) {
            return SSLContext.getDefault();
        }
        try {
            return new SSLUtil(new PEMFileTrustManager(settings.caFile().toFile())).createSSLContext();
        } catch (KeyStoreException e) {
            throw new GeneralSecurityException(settings.caFile() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
        String user = client.userName();
        if (user == null || user.isEmpty()) {
            return CompletableFuture.completedFuture(Verdict.NEXT);
        }
        if (password == null || password.length == 0) {
            return CompletableFuture.completedFuture(PasswordAuthenticator.REFUSED);
        }
        return workers.ask(() -> {
            try {
                Verdict verdict = judge(user, password);
                outage.answered();
                return verdict;
            } catch (LDAPException e) {
                outage.failed(e.getResultCode().toString());
                throw new IllegalStateException("the directory cannot be asked", e);
            }
        });
    }

    private Verdict judge(String user, byte[] password) throws LDAPException {
        try (LDAPConnection connection = connect()) {
            String dn = settings.userDn().isEmpty() ? search(connection, user) : named(user);
            if (dn == null) {
                return Verdict.NEXT;
            }
            try {
                connection.bind(new SimpleBindRequest(dn, password));
            } catch (LDAPException e) {
                boolean wrong = e.getResultCode() == ResultCode.INVALID_CREDENTIALS
                        || e.getResultCode() == ResultCode.NO_SUCH_OBJECT;
                if (wrong) {
                    return PasswordAuthenticator.REFUSED;
                }
                throw e;
            }
            Set<String> groups = Set.of();
            if (!settings.groupBase().isEmpty()) {
                bindAsService(connection);
                groups = groups(connection, user, dn);
            }
            return new Accepted(Identity.user(user, "ldap").withGroups(groups));
        }
    }

    private LDAPConnection connect() throws LDAPException {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        int millis = (int) settings.timeout().toMillis();
        options.setConnectTimeoutMillis(millis);
        options.setResponseTimeoutMillis(millis);
        options.setFollowReferrals(false);
        options.setAbandonOnTimeout(true);
        LDAPConnection connection = tls && context != null
                ? new LDAPConnection(new NameCheckingSockets(context), options, host, port)
                : new LDAPConnection(options, host, port);
        if (!tls && context != null) {
            try {
                ResultCode code = connection
                        .processExtendedOperation(new StartTLSExtendedRequest(new NameCheckingSockets(context)))
                        .getResultCode();
                if (code != ResultCode.SUCCESS) {
                    throw new LDAPException(code, "StartTLS");
                }
            } catch (LDAPException e) {
                connection.close();
                throw e;
            }
        }
        return connection;
    }

    private void bindAsService(LDAPConnection connection) throws LDAPException {
        if (!settings.bindDn().isEmpty()) {
            connection.bind(new SimpleBindRequest(settings.bindDn(), bindPassword == null ? "" : bindPassword));
        }
    }

    /** The DN of the only user that is found, or null. */
    private @Nullable String search(LDAPConnection connection, String user) throws LDAPException {
        bindAsService(connection);
        SearchRequest request = new SearchRequest(
                settings.searchBase(),
                SearchScope.SUB,
                Filter.create(filled(settings.searchFilter(), user, "")),
                "1.1");
        request.setSizeLimit(2);
        request.setTimeLimitSeconds((int) Math.max(1, settings.timeout().toSeconds()));
        List<SearchResultEntry> found = entries(connection, request);
        return found.size() == 1 ? found.getFirst().getDN() : null;
    }

    private static List<SearchResultEntry> entries(LDAPConnection connection, SearchRequest request)
            throws LDAPException {
        List<SearchResultEntry> found = connection.search(request).getSearchEntries();
        return found == null ? List.of() : found;
    }

    /** {@code user-dn} with the name in it, escaped as a value of a DN (RFC 4514). */
    private String named(String user) throws LDAPException {
        String escaped = new RDN("cn", user).toString().substring("cn=".length());
        return new DN(settings.userDn().replace("%u", escaped)).toString();
    }

    private Set<String> groups(LDAPConnection connection, String user, String dn) throws LDAPException {
        SearchRequest request = new SearchRequest(
                settings.groupBase(),
                SearchScope.SUB,
                Filter.create(filled(settings.groupFilter(), user, dn)),
                settings.groupAttribute());
        request.setSizeLimit(MAX_GROUPS);
        Set<String> groups = new HashSet<>();
        for (SearchResultEntry entry : entries(connection, request)) {
            String name = entry.getAttributeValue(settings.groupAttribute());
            if (name != null) {
                groups.add(name);
            }
        }
        return groups;
    }

    /** Values are escaped as RFC 4515 has it: every byte that is no letter or digit. */
    private static String filled(String filter, String user, String dn) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < filter.length()) {
            if (filter.startsWith("%u", i) || filter.startsWith("%d", i)) {
                out.append(escaped(filter.charAt(i + 1) == 'u' ? user : dn));
                i += 2;
            } else {
                out.append(filter.charAt(i));
                i++;
            }
        }
        return out.toString();
    }

    private static String escaped(String value) {
        StringBuilder out = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9';
            out.append(plain ? String.valueOf((char) b) : String.format("\\%02x", b & 0xff));
        }
        return out.toString();
    }
}
