package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Exchange;
import io.chasqui.broker.auth.Identity;
import io.chasqui.broker.auth.Rule;
import io.chasqui.protocol.ReasonCode;
import io.chasqui.server.config.SecuritySettings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signed tokens, sent as password, or as Authentication Data of the Authentication Method {@code JWT}: then a client may send
 * a new one with AUTH before the old one expires. A token has to say when it ends. Any thread.
 */
final class JwtAuthenticator implements Authenticator {
    static final String METHOD = "JWT";
    private static final Logger LOG = LoggerFactory.getLogger(JwtAuthenticator.class);
    private static final int MAX_RULES = 1_000;
    private static final int MAX_GROUPS = 1_000;

    private final SecuritySettings.Jwt settings;
    private final KeySource keys;
    private final Workers workers;
    private final Clock clock;

    /** Where keys come from. */
    interface KeySource {
        Keys keys();

        /** A token has a key that is not known: asks again, if that was not just now. May take time. */
        default Keys again() {
            return keys();
        }

        static KeySource of(Supplier<Keys> keys) {
            return keys::get;
        }
    }

    JwtAuthenticator(SecuritySettings.Jwt settings, KeySource keys, Workers workers, Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.workers = workers;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
        return password == null || !Jwt.isToken(password)
                ? CompletableFuture.completedFuture(Verdict.NEXT)
                : workers.ask(() -> judge(client, password));
    }

    @Override
    public @Nullable Exchange exchange(ClientInfo client, String method) {
        if (!method.equals(METHOD)) {
            return null;
        }
        return data -> workers.run(
                        () -> data == null ? PasswordAuthenticator.REFUSED : judge(client, data), busy -> busy)
                .thenApply(verdict -> new Exchange.Done(verdict, null));
    }

    private Verdict judge(ClientInfo client, byte[] text) {
        try {
            Jwt token = Jwt.parse(text);
            if (!keys.keys().verify(token, settings.algorithms())
                    && !keys.again().verify(token, settings.algorithms())) {
                throw new Jwt.InvalidException("no key that is known has signed the token");
            }
            return new Accepted(identity(client, token));
        } catch (Jwt.InvalidException e) {
            LOG.debug("{}: {}", Text.printable(client.clientId()), e.getMessage());
            return Verdict.refused(ReasonCode.NOT_AUTHORIZED, null);
        }
    }

    private Identity identity(ClientInfo client, Jwt token) throws Jwt.InvalidException {
        long expires = checkTime(token);
        if (!settings.issuer().isEmpty() && !settings.issuer().equals(token.text("iss"))) {
            throw new Jwt.InvalidException("another issuer");
        }
        if (!settings.audience().isEmpty() && !token.texts("aud").contains(settings.audience())) {
            throw new Jwt.InvalidException("for another audience");
        }
        String user = token.text(settings.userClaim());
        if (user == null) {
            throw new Jwt.InvalidException("no claim " + settings.userClaim());
        }
        if (client.userName() != null
                && !client.userName().isEmpty()
                && !client.userName().equals(user)) {
            throw new Jwt.InvalidException("for another user than CONNECT names");
        }
        if (!settings.clientIdClaim().isEmpty() && !client.clientId().equals(token.text(settings.clientIdClaim()))) {
            throw new Jwt.InvalidException("for another Client Identifier");
        }
        return new Identity(user, groups(token), rules(client, token), expires, "jwt", true);
    }

    /** @return when the token ends, the leeway included */
    private long checkTime(Jwt token) throws Jwt.InvalidException {
        long now = clock.millis();
        long leeway = settings.leeway().toMillis();
        long expires = token.millis("exp", -1);
        if (expires < 0) {
            throw new Jwt.InvalidException("it never expires (no claim exp)");
        }
        if (expires + leeway <= now) {
            throw new Jwt.InvalidException("it has expired");
        }
        if (token.millis("nbf", 0) - leeway > now) {
            throw new Jwt.InvalidException("it is not valid yet");
        }
        return expires + leeway;
    }

    private Set<String> groups(Jwt token) throws Jwt.InvalidException {
        Set<String> groups = new HashSet<>();
        for (String text : token.texts(settings.groupsClaim())) {
            boolean words = token.claims().get(settings.groupsClaim()) instanceof String;
            groups.addAll(words ? List.of(text.strip().split("\\s+", -1)) : List.of(text));
        }
        groups.remove("");
        if (groups.size() > MAX_GROUPS) {
            throw new Jwt.InvalidException("more than " + MAX_GROUPS + " groups");
        }
        return groups;
    }

    private List<Rule> rules(ClientInfo client, Jwt token) throws Jwt.InvalidException {
        List<Rule> rules = new ArrayList<>();
        if (token.claims().get(settings.aclClaim()) instanceof Map<?, ?> acl) {
            add(acl.get("publish"), true, client, rules);
            add(acl.get("subscribe"), false, client, rules);
        }
        return rules;
    }

    private static void add(@Nullable Object filters, boolean publish, ClientInfo client, List<Rule> rules)
            throws Jwt.InvalidException {
        if (filters == null) {
            return;
        }
        if (!(filters instanceof List<?> list) || rules.size() + list.size() > MAX_RULES) {
            throw new Jwt.InvalidException("rules that are no list, or more than " + MAX_RULES);
        }
        for (Object filter : list) {
            try {
                rules.add(Rule.of(true, publish, !publish, String.valueOf(filter), "token of " + client.clientId()));
            } catch (IllegalArgumentException e) {
                throw new Jwt.InvalidException("a rule with a bad Topic Filter: " + e.getMessage());
            }
        }
    }
}
