package io.chasqui.broker.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/** Reads private keys: PKCS#8 (RFC 5958), also encrypted, and the older PKCS#1 for RSA and SEC 1 for EC. */
final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final byte[] RSA_ALGORITHM = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC_OID = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int EC_PARAMETERS = 0xA0;

    private PrivateKeys() {}

    static PrivateKey read(Path file, byte[] content, char[] passphrase) throws TlsException {
        for (Pem.Block block : Pem.blocks(file, content)) {
            try {
                byte @Nullable [] pkcs8 = switch (block.label()) {
                    case "PRIVATE KEY" -> block.der();
                    case "ENCRYPTED PRIVATE KEY" -> decrypt(file, block.der(), passphrase);
                    case "RSA PRIVATE KEY" -> wrap(RSA_ALGORITHM, block.der());
                    case "EC PRIVATE KEY" -> wrap(der(SEQUENCE, EC_OID, curve(block.der())), block.der());
                    default -> null; // openssl writes EC PARAMETERS in front
                };
                if (pkcs8 != null) {
                    return key(pkcs8);
                }
            } catch (GeneralSecurityException | IOException | IndexOutOfBoundsException e) {
                if (e instanceof TlsException told) {
                    throw told;
                }
                throw new TlsException(file, "a " + block.label() + " that cannot be read", e);
            }
        }
        throw new TlsException(file, "no PRIVATE KEY in it");
    }

    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key));
    }

    private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        InvalidKeySpecException last = null;
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                last = e; // of another kind
            }
        }
        throw new InvalidKeySpecException("neither RSA nor EC nor EdDSA", last);
    }

    private static byte[] decrypt(Path file, byte[] der, char[] passphrase)
            throws GeneralSecurityException, IOException {
        if (passphrase.length == 0) {
            throw new TlsException(file, "an encrypted key; say in tls.key-passphrase where its passphrase is");
        }
        EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(der);
        AlgorithmParameters parameters = encrypted.getAlgParameters();
        String algorithm = encrypted.getAlgName().equals("PBES2") ? String.valueOf(parameters) : encrypted.getAlgName();
        SecretKey key = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(passphrase));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.DECRYPT_MODE, key, parameters);
        try {
            return encrypted.getKeySpec(cipher).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new TlsException(file, "the passphrase is not that of this key", e);
        }
    }

    /** The OID of the curve, which a SEC 1 key has after version and number, in a field of its own (RFC 5915). */
    private static byte[] curve(byte[] sec1) throws InvalidKeySpecException {
        int at = content(sec1, 0);
        while (at < sec1.length) {
            int from = content(sec1, at);
            int to = from + length(sec1, at);
            if ((sec1[at] & 0xFF) == EC_PARAMETERS) {
                return Arrays.copyOfRange(sec1, from, to);
            }
            at = to;
        }
        throw new InvalidKeySpecException("an EC key that does not name its curve");
    }

    /** Where the content of the element at {@code at} begins; all lengths here fit 16 bits. */
    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int length(byte[] der, int at) {
        int length = 0;
        int from = at + 2;
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        for (int i = from; i < from + Math.min(first - 0x80, 2); i++) {
            length = length << 8 | der[i] & 0xFF;
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.size() >= 0x80) {
            out.write(content.size() < 0x100 ? 0x81 : 0x82);
        }
        if (content.size() >= 0x100) {
            out.write(content.size() >> 8);
        }
        out.write(content.size());
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /** Whether the two belong together: what the one has signed the other verifies. */
    static boolean match(PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        byte[] text = {1, 2, 3};
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(text);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(text);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // of different kinds, say
        }
    }
}
