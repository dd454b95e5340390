package io.chasqui.server.config;

import io.chasqui.broker.ListenerConfig;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What must be true of several keys of security together. */
final class SecurityCheck {
    /** Takes a fault. */
    interface Refusal {
        void refuse(String key, String value, String advice);
    }

    private final SecuritySettings settings;
    private final Refusal refusal;

    private SecurityCheck(SecuritySettings settings, Refusal refusal) {
        this.settings = settings;
        this.refusal = refusal;
    }

    static void check(SecuritySettings settings, List<ListenerConfig> listeners, Refusal refusal) {
        SecurityCheck check = new SecurityCheck(settings, refusal);
        check.words(
                "authentication.methods", settings.authentication().methods(), SecuritySettings.Authentication.METHODS);
        check.words("scram.mechanisms", settings.scram().mechanisms(), SecuritySettings.Scram.MECHANISMS);
        check.words("jwt.algorithms", settings.jwt().algorithms(), SecuritySettings.Jwt.ALGORITHMS);
        settings.authentication().methods().forEach(check::method);
        check.listeners(listeners);
    }

    private void words(String key, List<String> words, List<String> known) {
        Set<String> seen = new HashSet<>();
        for (String word : words) {
            if (!known.contains(word)) {
                refusal.refuse(
                        key,
                        word,
                        Suggestion.near(word, known)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("known are " + String.join(", ", known)));
            } else if (!seen.add(word)) {
                refusal.refuse(key, word, word + " is there twice");
            }
        }
    }

    private void method(String method) {
        switch (method) {
            case "password", "scram" ->
                need("password.file", settings.password().file(), method);
            case "jwt" -> {
                SecuritySettings.Jwt jwt = settings.jwt();
                if (SecuritySettings.isGiven(jwt.keyFile()) != jwt.jwks().isEmpty()) {
                    refusal.refuse(
                            "jwt.key-file", "empty", "the method jwt needs jwt.key-file or jwt.jwks, and not both");
                }
                if (jwt.jwks().startsWith("http:")
                        && !jwt.jwks().matches("http://(localhost|127\\.0\\.0\\.1|\\[::1])[:/].*")) {
                    refusal.refuse(
                            "jwt.jwks",
                            jwt.jwks(),
                            "keys that come over the network unprotected are not keys; give https:");
                }
                need("jwt.user-claim", Path.of(jwt.userClaim()), method);
            }
            case "http" -> {
                if (!settings.http().url().matches("https?://[^\\s]+")) {
                    refusal.refuse(
                            "http.url", settings.http().url(), "the method http needs a URL with http: or https:");
                }
            }
            case "ldap" -> {
                SecuritySettings.Ldap ldap = settings.ldap();
                if (!ldap.url().matches("ldaps?://[^\\s/:]+(:\\d{1,5})?/?")) {
                    refusal.refuse(
                            "ldap.url", ldap.url(), "the method ldap needs ldap://HOST:PORT or ldaps://HOST:PORT");
                }
                if (ldap.userDn().isEmpty() == ldap.searchBase().isEmpty()) {
                    refusal.refuse(
                            "ldap.user-dn", ldap.userDn(), "give ldap.user-dn or ldap.search-base, and not both");
                } else if (!ldap.userDn().isEmpty() && !ldap.userDn().contains("%u")) {
                    refusal.refuse("ldap.user-dn", ldap.userDn(), "it has to contain %u, the User Name");
                }
            }
            case "sql" -> {
                if (!settings.sql().url().startsWith("jdbc:")) {
                    refusal.refuse("sql.url", settings.sql().url(), "the method sql needs a URL with jdbc:");
                }
                if (settings.sql().query().chars().filter(c -> c == '?').count() != 1) {
                    refusal.refuse("sql.query", settings.sql().query(), "give a query with one ?, the User Name");
                }
            }
            default -> {} // certificate needs nothing; others have been refused
        }
    }

    private void need(String key, Path value, String method) {
        if (!SecuritySettings.isGiven(value)) {
            refusal.refuse(key, "empty", "the method " + method + " needs it");
        }
    }

    /** Nobody is to be surprised by a door that stands open, or by one that nobody can pass. */
    private void listeners(List<ListenerConfig> listeners) {
        for (ListenerConfig listener : listeners) {
            if (!listener.allowAnonymous()
                    && settings.authentication().methods().isEmpty()) {
                refusal.refuse("listeners." + listener.name() + ".allow-anonymous", "false", whyClosed(listener));
            }
        }
    }

    private static String whyClosed(ListenerConfig listener) {
        return listener.isLocal()
                ? "there are no authentication.methods, so nobody could connect; give some, or true"
                : "others can reach " + listener.host()
                        + " and there are no authentication.methods; give some, or true if everybody"
                        + " who reaches it may connect, or set host to 127.0.0.1";
    }
}
