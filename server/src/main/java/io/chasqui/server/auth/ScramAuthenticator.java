package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Exchange;
import io.chasqui.broker.auth.Identity;
import io.chasqui.protocol.ReasonCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM (RFC 5802, RFC 7677) as MQTT 5 enhanced authentication: CONNECT has the client's first message, our AUTH the server's
 * first, the client's AUTH its final, and CONNACK (or AUTH, at re-authentication) the server's final message. Without channel
 * binding. Somebody who is not known is asked like everybody else, with a salt of his own that stays the same. Any thread.
 */
final class ScramAuthenticator implements Authenticator {
    private static final int MAX_BYTES = 4_096; // of a message
    private static final Verdict REFUSED = Verdict.refused(ReasonCode.NOT_AUTHORIZED, null);
    private static final Pattern FIRST =
            Pattern.compile("([ny]),(?:a=([^,]*))?,(n=([^,]+),r=([!-+\\--~]{8,256})(?:,.*)?)");
    private static final Pattern FINAL =
            Pattern.compile("(c=([A-Za-z0-9+/=]+),r=([!-+\\--~]+)(?:,.*)?),p=([A-Za-z0-9+/=]+)");

    private final List<String> mechanisms;
    private final PasswordAuthenticator users;
    private final SecureRandom random = new SecureRandom();
    private final byte[] secret = new byte[32];

    /** @param users where the verifiers and groups are */
    ScramAuthenticator(List<String> mechanisms, PasswordAuthenticator users) {
        this.mechanisms = List.copyOf(mechanisms);
        this.users = users;
        random.nextBytes(secret);
    }

    /** It has nothing to say of passwords that are sent. */
    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
        return CompletableFuture.completedFuture(Verdict.NEXT);
    }

    @Override
    public @Nullable Exchange exchange(ClientInfo client, String method) {
        return mechanisms.contains(method) ? new Scram(client, method) : null;
    }

    /** One exchange. Confined to the loop of the connection. */
    private final class Scram implements Exchange {
        private final ClientInfo client;
        private final String mechanism;
        private int step;

        // Valid from the client's first message on.
        private String user = "";
        private String header = ""; // GS2, to be repeated by the client
        private String clientFirst = "";
        private String serverFirst = "";
        private String nonce = "";
        private @Nullable Verifier verifier;
        private boolean known;

        Scram(ClientInfo client, String mechanism) {
            this.client = client;
            this.mechanism = mechanism;
        }

        @Override
        public CompletionStage<Step> respond(byte @Nullable [] data) {
            step++;
            Step answer;
            try {
                String message = text(data);
                answer = step == 1 ? first(message) : last(message);
            } catch (IllegalArgumentException e) { // damaged, in whatever way
                answer = new Done(REFUSED, null);
            }
            return CompletableFuture.completedFuture(answer);
        }

        private Step first(String message) {
            Matcher parts = FIRST.matcher(message);
            if (!parts.matches() || parts.group(3).startsWith("m=")) {
                throw new IllegalArgumentException();
            }
            user = name(parts.group(4));
            String authorizedAs = parts.group(2);
            boolean somebodyElse = authorizedAs != null && !name(authorizedAs).equals(user)
                    || client.userName() != null && !client.userName().equals(user);
            if (somebodyElse) {
                return new Done(REFUSED, null);
            }
            header = parts.group(1) + "," + (authorizedAs == null ? "" : "a=" + authorizedAs) + ",";
            clientFirst = parts.group(3);
            byte[] fresh = new byte[18];
            random.nextBytes(fresh);
            Base64.Encoder base64 = Base64.getEncoder();
            nonce = parts.group(5) + base64.encodeToString(fresh);
            Passwords.User found = users.passwords().find(user);
            Verifier stored = found == null ? null : found.verifiers().get(mechanism);
            known = stored != null;
            Verifier mine = stored == null ? standIn() : stored;
            verifier = mine;
            serverFirst = "r=" + nonce + ",s=" + base64.encodeToString(mine.salt()) + ",i=" + mine.iterations();
            return new Challenge(serverFirst.getBytes(StandardCharsets.US_ASCII));
        }

        private Step last(String message) {
            Verifier mine = verifier;
            Matcher parts = FINAL.matcher(message);
            if (step != 2 || mine == null || !parts.matches()) {
                throw new IllegalArgumentException();
            }
            byte[] binding = Base64.getDecoder().decode(parts.group(2));
            byte[] proof = Base64.getDecoder().decode(parts.group(4));
            String conversation = clientFirst + "," + serverFirst + "," + parts.group(1);
            byte[] said = conversation.getBytes(StandardCharsets.UTF_8);
            boolean proved = mine.proves(proof, said);
            boolean same = Arrays.equals(binding, header.getBytes(StandardCharsets.UTF_8))
                    && parts.group(3).equals(nonce);
            if (!proved || !same || !known) {
                return new Done(REFUSED, null);
            }
            byte[] signature = Verifier.hmac(mechanism, mine.serverKey(), said);
            String last = "v=" + Base64.getEncoder().encodeToString(signature);
            Identity identity =
                    Identity.user(user, mechanism).withGroups(users.groups().of(user));
            return new Done(new Accepted(identity), last.getBytes(StandardCharsets.US_ASCII));
        }

        private Verifier standIn() {
            byte[] mixed = Digests.hmac("HmacSHA512", secret, (mechanism + user).getBytes(StandardCharsets.UTF_8));
            int length = mechanism.endsWith("256") ? 32 : 64;
            int iterations = users.passwords().users().values().stream()
                    .map(each -> each.verifiers().get(mechanism))
                    .filter(each -> each != null)
                    .mapToInt(Verifier::iterations)
                    .findFirst()
                    .orElse(Verifier.FEWEST_ITERATIONS);
            return new Verifier(
                    mechanism,
                    iterations,
                    Arrays.copyOf(mixed, 16),
                    Arrays.copyOf(mixed, length),
                    Arrays.copyOf(mixed, length));
        }
    }

    private static String text(byte @Nullable [] data) {
        if (data == null || data.length > MAX_BYTES) {
            throw new IllegalArgumentException();
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A name as SCRAM writes it, with {@code =2C} for a comma and {@code =3D} for an equals sign. */
    private static String name(String escaped) {
        if (escaped.replace("=2C", "").replace("=3D", "").contains("=")) {
            throw new IllegalArgumentException();
        }
        return escaped.replace("=2C", ",").replace("=3D", "=");
    }
}
