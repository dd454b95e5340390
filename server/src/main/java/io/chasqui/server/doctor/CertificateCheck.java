package io.chasqui.server.doctor;

import io.chasqui.broker.ListenerConfig;
import io.chasqui.broker.tls.TlsConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether the certificates of the listeners are in order: chain, expiry, names, and who may read the key. */
public final class CertificateCheck {
    private static final String AREA = "certificate";
    private static final Duration SOON = Duration.ofDays(30);
    private static final int DNS_NAME = 2; // types of RFC 5280, 4.2.1.6
    private static final int IP_ADDRESS = 7;

    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    private CertificateCheck(Instant now) {
        this.now = now;
    }

    public static List<Finding> check(List<ListenerConfig> listeners, Instant now) {
        CertificateCheck check = new CertificateCheck(now);
        for (ListenerConfig listener : listeners) {
            TlsConfig tls = listener.tls();
            if (tls != null) {
                tls.certificate().forEach(file -> check.file(listener, file));
                tls.key().forEach(check::key);
            }
        }
        return check.findings;
    }

    private void file(ListenerConfig listener, Path file) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                    .forEach(each -> chain.add((X509Certificate) each));
        } catch (IOException | CertificateException e) {
            findings.add(Finding.error(
                    AREA, file + " cannot be read: " + e.getMessage(), "check path and rights; it is PEM"));
            return;
        }
        if (chain.isEmpty()) {
            findings.add(
                    Finding.error(AREA, file + " has no certificate", "give a PEM file with the chain, ours first"));
            return;
        }
        chain(file.toString(), chain);
        names(listener, file.toString(), chain.getFirst());
    }

    /**
     * What a running broker has shown.
     *
     * @param host by which clients know it
     * @param place of it, host and port
     * @param trusted whether one of the authorities given has signed the chain; what else is wrong with it is found here
     */
    static List<Finding> served(String host, String place, List<X509Certificate> chain, boolean trusted, Instant now) {
        CertificateCheck check = new CertificateCheck(now);
        String name = "the certificate of " + place;
        check.chain(name, chain);
        List<String> names = check.namesOf(name, chain.getFirst());
        if (!names.isEmpty() && names.stream().noneMatch(each -> isFor(each, host.toLowerCase(Locale.ROOT)))) {
            check.findings.add(Finding.error(
                    AREA,
                    name + " is for " + String.join(", ", names) + " and not for " + host + ", so clients refuse it",
                    "have clients use one of those names, or make it anew with subjectAltName=DNS:" + host));
        }
        if (!trusted) {
            check.findings.add(Finding.error(
                    AREA,
                    name + " leads to no authority that we trust",
                    "give --cafile the authority's certificate, as clients must; and have the broker send the"
                            + " certificates between"));
        }
        return check.findings;
    }

    private void chain(String name, List<X509Certificate> chain) {
        chain.forEach(each -> times(name, each));
        links(name, chain);
    }

    private void times(String file, X509Certificate certificate) {
        Instant end = certificate.getNotAfter().toInstant();
        String name = file + " (" + certificate.getSubjectX500Principal().getName() + ")";
        if (now.isAfter(end)) {
            findings.add(Finding.error(
                    AREA, name + " expired on " + end, "renew it; a running broker takes the new file by itself"));
        } else if (now.isBefore(certificate.getNotBefore().toInstant())) {
            findings.add(Finding.error(
                    AREA,
                    name + " is not valid before " + certificate.getNotBefore().toInstant(),
                    "check this machine's clock"));
        } else if (now.plus(SOON).isAfter(end)) {
            findings.add(Finding.warning(
                    AREA, name + " expires in " + Duration.between(now, end).toDays() + " days", "renew it"));
        } else {
            findings.add(Finding.ok(
                    AREA, name + " is valid for " + Duration.between(now, end).toDays() + " days"));
        }
    }

    /** Each is signed by the next; the last one by an authority, which need not be there. */
    private void links(String file, List<X509Certificate> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            try {
                chain.get(i).verify(chain.get(i + 1).getPublicKey());
            } catch (GeneralSecurityException e) {
                findings.add(Finding.error(
                        AREA,
                        file + ": certificate " + (i + 1) + " is not signed by the one after it",
                        "put them in order: the server's first, then who signed it, and so on"));
            }
        }
        X509Certificate first = chain.getFirst();
        boolean selfSigned = first.getSubjectX500Principal().equals(first.getIssuerX500Principal());
        if (chain.size() == 1 && !selfSigned) {
            findings.add(Finding.hint(
                    AREA,
                    file + " has the server's certificate alone, signed by "
                            + first.getIssuerX500Principal().getName(),
                    "add the certificates between, unless clients trust that signer itself"));
        }
        if (selfSigned) {
            findings.add(
                    Finding.hint(AREA, file + " has signed itself", "clients need this very file as their --cafile"));
        }
    }

    private void names(ListenerConfig listener, String file, X509Certificate certificate) {
        List<String> names = namesOf(file, certificate);
        String host = listener.host().toLowerCase(Locale.ROOT);
        boolean any = host.equals("0.0.0.0") || host.equals("::");
        if (!names.isEmpty()
                && !any
                && !listener.isUnixSocket()
                && names.stream().noneMatch(name -> isFor(name, host))) {
            findings.add(Finding.hint(
                    AREA,
                    file + " is for " + String.join(", ", names) + ", and listener " + listener.name() + " is at "
                            + host,
                    "clients have to use one of those names"));
        }
    }

    /** Empty when it has none that a client could look for, which is then a finding. */
    private List<String> namesOf(String file, X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> each : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (each.get(0) instanceof Integer type && (type == DNS_NAME || type == IP_ADDRESS)) {
                    names.add(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateException e) {
            findings.add(Finding.error(AREA, file + ": its names cannot be read: " + e.getMessage(), "make it anew"));
            return names;
        }
        if (names.isEmpty()) {
            findings.add(Finding.error(
                    AREA,
                    file + " has no host name (subjectAltName), so clients refuse it",
                    "make it anew with subjectAltName=DNS:the.name.clients.use"));
        }
        return names;
    }

    /** Whether a client that looks for {@code host} takes {@code name}: an asterisk stands for the first label (RFC 6125, 6.4.3). */
    static boolean isFor(String name, String host) {
        return name.equals(host)
                || name.startsWith("*.")
                        && host.indexOf('.') > 0
                        && host.endsWith(name.substring(1))
                        && host.indexOf('.') == host.length() - name.length() + 1;
    }

    private void key(Path file) {
        try {
            String rights = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
            if (rights.charAt(7) != '-' || rights.charAt(6) != '-') {
                findings.add(
                        Finding.error(AREA, file + " can be read by everybody (" + rights + ")", "chmod 600 " + file));
            }
        } catch (IOException e) {
            findings.add(Finding.error(AREA, file + " cannot be read: " + e.getMessage(), "check path and rights"));
        } catch (UnsupportedOperationException e) {
            findings.add(Finding.hint(
                    AREA, file + ": rights are not known on this system", "see that nobody else reads it"));
        }
    }
}
