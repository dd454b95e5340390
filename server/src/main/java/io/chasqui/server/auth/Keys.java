package io.chasqui.server.auth;

import io.chasqui.server.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys that tokens may be signed with. What a key is for is its own affair and never the token's: a public key is no
 * secret, whatever algorithm a token names. Immutable.
 */
final class Keys {
    static final Keys NONE = new Keys(List.of());
    private static final int MAX_KEYS = 100;
    private static final int MIN_SECRET_BYTES = 32;
    private static final int MIN_RSA_BITS = 2_048;
    private static final int MAX_RSA_BITS = 16_384;
    private static final int P256_BITS = 256;

    /**
     * One key.
     *
     * @param id in its key set, or null
     * @param algorithm the only one that it is for
     * @param secret of HS256, where there is no public key
     */
    private record Key(
            @Nullable String id, String algorithm, @Nullable PublicKey key, byte @Nullable [] secret) {}

    private final List<Key> keys;

    private Keys(List<Key> keys) {
        this.keys = List.copyOf(keys);
    }

    int size() {
        return keys.size();
    }

    /** Whether one of the keys, for an algorithm that is allowed, has made the signature. */
    boolean verify(Jwt token, List<String> algorithms) {
        if (!algorithms.contains(token.algorithm())) {
            return false;
        }
        for (Key key : keys) {
            boolean candidate = key.algorithm.equals(token.algorithm())
                    && (key.id == null || token.keyId() == null || key.id.equals(token.keyId()));
            if (candidate && verify(token, key)) {
                return true;
            }
        }
        return false;
    }

    private static boolean verify(Jwt token, Key key) {
        if (key.secret != null) {
            return MessageDigest.isEqual(Digests.hmac("HmacSHA256", key.secret, token.signed()), token.signature());
        }
        try {
            Signature signature = Signature.getInstance(
                    switch (key.algorithm) {
                        case "RS256" -> "SHA256withRSA";
                        case "ES256" -> "SHA256withECDSAinP1363Format";
                        default -> "Ed25519";
                    });
            signature.initVerify(key.key);
            signature.update(token.signed());
            return signature.verify(token.signature());
        } catch (GeneralSecurityException e) {
            return false; // of a wrong length, or not even a signature
        }
    }

    /** @throws IOException saying what is wrong with a key file: PEM, or else a secret */
    static Keys ofFile(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (!text.contains("-----BEGIN ")) {
            return new Keys(List.of(secret(null, trimmed(bytes))));
        }
        if (text.contains("PRIVATE KEY-----")) {
            throw new IOException("is a private key; only who signs tokens has it, here belongs the public one");
        }
        try {
            PublicKey key = text.contains("-----BEGIN CERTIFICATE-----")
                    ? CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(bytes))
                            .getPublicKey()
                    : publicKey(Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", "")));
            return new Keys(List.of(key(null, key)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("is no public key and no certificate in PEM", e);
        }
    }

    private static byte[] trimmed(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }

    private static PublicKey publicKey(byte[] der) throws GeneralSecurityException {
        X509EncodedKeySpec spec = new X509EncodedKeySpec(der);
        GeneralSecurityException wrong = new GeneralSecurityException("no key");
        for (String kind : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(kind).generatePublic(spec);
            } catch (GeneralSecurityException ofAnotherKind) {
                wrong = ofAnotherKind;
            }
        }
        throw wrong;
    }

    private static Key secret(@Nullable String id, byte[] secret) throws IOException {
        if (secret.length < MIN_SECRET_BYTES) {
            throw new IOException("the secret has " + secret.length + " bytes; give 32 or more, or it can be guessed");
        }
        return new Key(id, "HS256", null, secret);
    }

    private static Key key(@Nullable String id, PublicKey key) throws IOException {
        return switch (key) {
            case RSAPublicKey rsa -> {
                int bits = rsa.getModulus().bitLength();
                if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
                    throw new IOException("an RSA key of " + bits + " bits; give 2048 to 16384");
                }
                yield new Key(id, "RS256", key, null);
            }
            case ECPublicKey ec
            when ec.getParams().getOrder().bitLength() == P256_BITS -> new Key(id, "ES256", key, null);
            case EdECPublicKey ed when ed.getParams().getName().equals("Ed25519") -> new Key(id, "EdDSA", key, null);
            default -> throw new IOException("a key of no kind that is known: RSA, P-256 and Ed25519 are");
        };
    }

    /** @throws IOException saying what is wrong with a JSON Web Key Set; keys of other kinds are passed over */
    static Keys ofSet(byte[] json) throws IOException {
        try {
            if (!(JsonReader.object(json).get("keys") instanceof List<?> list)) {
                throw new IOException("is no key set: it has no list of keys");
            }
            if (list.size() > MAX_KEYS) {
                throw new IOException("has more than " + MAX_KEYS + " keys");
            }
            List<Key> keys = new ArrayList<>();
            for (Object each : list) {
                Key key = each instanceof Map<?, ?> jwk ? ofSet(jwk) : null;
                if (key != null) {
                    keys.add(key);
                }
            }
            if (keys.isEmpty()) {
                throw new IOException("has no key of a kind that is known: RSA, P-256, Ed25519 and oct are");
            }
            return new Keys(keys);
        } catch (JsonReader.SyntaxException e) {
            throw new IOException("is no JSON: " + e.getMessage(), e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("has a damaged key", e);
        }
    }

    private static @Nullable Key ofSet(Map<?, ?> jwk) throws IOException, GeneralSecurityException {
        String id = jwk.get("kid") instanceof String text ? text : null;
        if (jwk.get("use") instanceof String use && !use.equals("sig")) {
            return null;
        }
        String kind = jwk.get("kty") + "/" + jwk.get("crv");
        return switch (kind) {
            case "RSA/null" ->
                key(
                        id,
                        KeyFactory.getInstance("RSA")
                                .generatePublic(new RSAPublicKeySpec(number(jwk, "n"), number(jwk, "e"))));
            case "EC/P-256" -> key(id, p256(number(jwk, "x"), number(jwk, "y")));
            case "OKP/Ed25519" -> key(id, ed25519(bytes(jwk, "x")));
            case "oct/null" -> secret(id, bytes(jwk, "k"));
            default -> null;
        };
    }

    private static PublicKey p256(BigInteger x, BigInteger y) throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        ECParameterSpec curve = parameters.getParameterSpec(ECParameterSpec.class);
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve));
    }

    /** RFC 8032, section 5.1.2: little-endian, with the sign of x in the highest bit. */
    private static PublicKey ed25519(byte[] bytes) throws GeneralSecurityException {
        if (bytes.length != 32) {
            throw new IllegalArgumentException();
        }
        byte[] big = new byte[32];
        for (int i = 0; i < 32; i++) {
            big[i] = bytes[31 - i];
        }
        boolean odd = (big[0] & 0x80) != 0;
        big[0] &= 0x7f;
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, big));
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }

    private static BigInteger number(Map<?, ?> jwk, String name) {
        return new BigInteger(1, bytes(jwk, name));
    }

    private static byte[] bytes(Map<?, ?> jwk, String name) {
        if (!(jwk.get(name) instanceof String text)) {
            throw new IllegalArgumentException(name);
        }
        return Base64.getUrlDecoder().decode(text);
    }
}
