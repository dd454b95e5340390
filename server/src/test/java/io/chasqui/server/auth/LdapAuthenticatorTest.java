package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Verdict;
import io.chasqui.server.config.SecuritySettings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LdapAuthenticatorTest {
    private static final String BASE = "dc=example,dc=com";
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final Workers workers = new Workers("test", 2, 100);
    private InMemoryDirectoryServer directory;

    @BeforeEach
    void start() throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.setSchema(null);
        config.addAdditionalBindCredentials("cn=service", "s3rvice");
        config.setAuthenticationRequiredOperationTypes(com.unboundid.ldap.sdk.OperationType.SEARCH);
        config.setListenerConfigs(
                new InMemoryListenerConfig("test", InetAddress.getLoopbackAddress(), 0, null, null, null));
        directory = new InMemoryDirectoryServer(config);
        directory.add("dn: " + BASE, "objectClass: domain", "dc: example");
        directory.add("dn: ou=people," + BASE, "objectClass: organizationalUnit", "ou: people");
        for (String user : new String[] {"ann", "bob"}) {
            directory.add(
                    "dn: uid=" + user + ",ou=people," + BASE,
                    "objectClass: inetOrgPerson",
                    "uid: " + user,
                    "userPassword: pw-" + user);
        }
        directory.add(
                "dn: cn=staff," + BASE, "objectClass: groupOfNames", "cn: staff", "member: uid=ann,ou=people," + BASE);
        directory.startListening();
    }

    @AfterEach
    void stop() {
        workers.close();
        directory.shutDown(true);
    }

    private LdapAuthenticator ldap(String userDn, String searchBase, String bindPassword) {
        SecuritySettings.Ldap settings = new SecuritySettings.Ldap(
                "ldap://127.0.0.1:" + directory.getListenPort(),
                userDn,
                "cn=service",
                Path.of(""),
                searchBase,
                "(uid=%u)",
                BASE,
                "(member=%d)",
                "cn",
                false,
                Path.of(""),
                Duration.ofSeconds(5));
        try {
            return new LdapAuthenticator(
                    settings, bindPassword, workers, new Outage("the directory", System::nanoTime, log::add));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CompletableFuture<Verdict> ask(
            LdapAuthenticator ldap, @Nullable String user, @Nullable String password) {
        return ldap.authenticate(People.named("c", user), password == null ? null : HashTest.bytes(password))
                .toCompletableFuture();
    }

    private static void assertAnn(Verdict verdict) {
        Accepted yes = (Accepted) verdict;
        assertThat(yes.identity().user()).isEqualTo("ann");
        assertThat(yes.identity().groups()).isEqualTo(Set.of("staff"));
    }

    @Test
    void byTheNameThatIsMade() {
        LdapAuthenticator ldap = ldap("uid=%u,ou=people," + BASE, "", "s3rvice");
        assertAnn(ask(ldap, "ann", "pw-ann").join());
        assertThat(((Accepted) ask(ldap, "bob", "pw-bob").join()).identity().groups())
                .isEmpty();
        assertThat(ask(ldap, "ann", "pw-bob").join()).isEqualTo(PasswordAuthenticator.REFUSED);
        assertThat(ask(ldap, "eve", "pw-ann").join()).isEqualTo(PasswordAuthenticator.REFUSED);
    }

    @Test
    void bySearch() {
        LdapAuthenticator ldap = ldap("", BASE, "s3rvice");
        assertAnn(ask(ldap, "ann", "pw-ann").join());
        assertThat(ask(ldap, "ann", "wrong").join()).isEqualTo(PasswordAuthenticator.REFUSED);
        assertThat(ask(ldap, "eve", "pw-ann").join()).isEqualTo(Verdict.NEXT);
    }

    @Test
    void anEmptyPasswordIsNoAnonymousBind() {
        LdapAuthenticator ldap = ldap("uid=%u,ou=people," + BASE, "", "s3rvice");
        assertThat(ask(ldap, "ann", "").join()).isEqualTo(PasswordAuthenticator.REFUSED);
        assertThat(ask(ldap, "ann", null).join()).isEqualTo(PasswordAuthenticator.REFUSED);
        assertThat(ask(ldap, null, "pw-ann").join()).isEqualTo(Verdict.NEXT);
    }

    @Test
    void aPasswordIsOnlyAPasswordHoweverLong() {
        LdapAuthenticator ldap = ldap("uid=%u,ou=people," + BASE, "", "s3rvice");
        for (String password : new String[] {"x".repeat(65_535), "pw-ann\u0000", "*", "pw-ann)"}) {
            assertThat(ask(ldap, "ann", password).join()).isEqualTo(PasswordAuthenticator.REFUSED);
        }
    }

    @Test
    void namesAreNamesAndNeverFiltersOrPaths() {
        LdapAuthenticator search = ldap("", BASE, "s3rvice");
        LdapAuthenticator named = ldap("uid=%u,ou=people," + BASE, "", "s3rvice");
        for (String name : new String[] {
            "*",
            "a*",
            "ann)(uid=*",
            "ann)(|(uid=*",
            "ann,ou=people",
            "ann,ou=people," + BASE + "#",
            "\u0000",
            "ann\\",
            "uid=ann",
            "%u",
            "%d",
            "x".repeat(60_000)
        }) {
            assertThat(ask(search, name, "pw-ann").join()).as(name).isNotInstanceOf(Accepted.class);
            assertThat(ask(named, name, "pw-ann").join()).as(name).isNotInstanceOf(Accepted.class);
        }
    }

    @Test
    void aDirectoryThatDoesNotAnswerLetsNobodyIn() {
        assertThat(ask(ldap("", BASE, "wrong"), "ann", "pw-ann")).failsWithin(Duration.ofSeconds(20));
        LdapAuthenticator ldap = ldap("", BASE, "s3rvice");
        assertThat(ask(ldap, "ann", "pw-ann")).succeedsWithin(Duration.ofSeconds(20));
        directory.shutDown(true);
        assertThat(ask(ldap, "ann", "pw-ann")).failsWithin(Duration.ofSeconds(20));
        assertThat(log)
                .element(0)
                .isEqualTo("the directory gives no answer, and nobody gets in by it (1 refused): 49 (invalid"
                        + " credentials)");
        assertThat(log)
                .last()
                .isEqualTo("the directory gives no answer, and nobody gets in by it (1 refused): 91 (connect error)");
    }
}
