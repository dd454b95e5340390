package io.chasqui.server.auth;

import io.chasqui.server.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A signed token (RFC 7515, RFC 7519) taken apart: nothing in it is true before {@link Keys} has found its signature to be
 * good. Immutable.
 *
 * @param algorithm as the token says
 * @param keyId as the token says, or null
 * @param signed the bytes that are signed
 */
record Jwt(
        String algorithm,
        @Nullable String keyId,
        Map<String, @Nullable Object> claims,
        byte[] signed,
        byte[] signature) {
    static final int MAX_BYTES = 16 << 10;

    /** What a token must not be. The message says why, and has nothing of the token. */
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidException(String message) {
            super(message, null, false, false);
        }
    }

    /** Whether this looks so much like a token that it is not meant to be a password. */
    static boolean isToken(byte[] text) {
        if (text.length < 5 || text[0] != 'e' || text[1] != 'y') { // {" in Base64
            return false;
        }
        int dots = 0;
        for (byte b : text) {
            dots += b == '.' ? 1 : 0;
        }
        return dots == 2;
    }

    static Jwt parse(byte[] text) throws InvalidException {
        if (text.length > MAX_BYTES) {
            throw new InvalidException("the token is longer than " + (MAX_BYTES >> 10) + " KiB");
        }
        String[] parts = new String(text, StandardCharsets.ISO_8859_1).split("\\.", -1);
        if (parts.length != 3) {
            throw new InvalidException("the token has not three parts");
        }
        try {
            Map<String, @Nullable Object> header = JsonReader.object(decode(parts[0]));
            if (!(header.get("alg") instanceof String algorithm)) {
                throw new InvalidException("the token names no algorithm");
            }
            if (header.containsKey("crit")) {
                throw new InvalidException("the token has critical extensions, and none is understood");
            }
            String keyId = header.get("kid") instanceof String id ? id : null;
            byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.ISO_8859_1);
            return new Jwt(algorithm, keyId, JsonReader.object(decode(parts[1])), signed, decode(parts[2]));
        } catch (IllegalArgumentException e) {
            throw new InvalidException("the token is not Base64");
        } catch (JsonReader.SyntaxException e) {
            throw new InvalidException("the token's JSON: " + e.getMessage());
        }
    }

    private static byte[] decode(String text) {
        if (text.indexOf('=') >= 0) {
            throw new IllegalArgumentException();
        }
        return Base64.getUrlDecoder().decode(text);
    }

    /** A claim that is a string, or null. */
    @Nullable
    String text(String claim) {
        return claims.get(claim) instanceof String text && !text.isEmpty() ? text : null;
    }

    /** A claim that is a time, in milliseconds since 1970; or {@code otherwise} where it is not there. */
    long millis(String claim, long otherwise) throws InvalidException {
        Object value = claims.get(claim);
        if (value == null && !claims.containsKey(claim)) {
            return otherwise;
        }
        if (!(value instanceof Number seconds)
                || !(seconds.doubleValue() >= 0)
                || seconds.doubleValue() > Long.MAX_VALUE / 2_000.0) {
            throw new InvalidException("the claim " + claim + " is no time");
        }
        return (long) (seconds.doubleValue() * 1_000);
    }

    /** A claim that is a list of strings, or one string; empty where it is neither. */
    List<String> texts(String claim) {
        Object value = claims.get(claim);
        if (value instanceof String text) {
            return List.of(text);
        }
        return value instanceof List<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }
}
