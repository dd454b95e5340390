package io.chasqui.broker.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is in a PEM file (RFC 7468): blocks of Base64 between BEGIN and END; text around them is skipped. */
final class Pem {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*+)-----END \\1-----");

    /**
     * One block.
     *
     * @param label such as {@code CERTIFICATE}
     */
    record Block(String label, byte[] der) {}

    private Pem() {}

    /** @param content of {@code file}, which is here for messages only */
    static List<Block> blocks(Path file, byte[] content) throws TlsException {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(new String(content, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            String label = matcher.group(1);
            if (matcher.group(2).contains(":")) {
                throw new TlsException(
                        file, "a " + label + " in OpenSSL's old encryption; convert it with openssl pkcs8 -topk8");
            }
            try {
                blocks.add(new Block(label, Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new TlsException(file, "a " + label + " that is no Base64", e);
            }
        }
        if (blocks.isEmpty()) {
            throw new TlsException(file, "no PEM, or not all of it: there is nothing between -----BEGIN and -----END");
        }
        return blocks;
    }

    static List<X509Certificate> certificates(Path file, byte[] content) throws TlsException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file, content)) {
                if (block.label().endsWith("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
                }
            }
        } catch (CertificateException e) {
            throw new TlsException(file, "a certificate that cannot be read: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new TlsException(file, "no CERTIFICATE in it");
        }
        return certificates;
    }

    static List<X509CRL> revocationLists(Path file, byte[] content) throws TlsException {
        List<X509CRL> lists = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file, content)) {
                if (block.label().equals("X509 CRL")) {
                    lists.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(block.der())));
                }
            }
        } catch (CertificateException | CRLException e) {
            throw new TlsException(file, "a revocation list that cannot be read: " + e.getMessage(), e);
        }
        if (lists.isEmpty()) {
            throw new TlsException(file, "no X509 CRL in it");
        }
        return lists;
    }
}
