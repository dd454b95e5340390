package io.chasqui.broker.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/** What of a client's certificate says who the client is. Of several values of a kind it is the first. */
public enum ClientIdentity {
    /** The Common Name of the subject. */
    CN,
    /** A DNS name of the Subject Alternative Name. */
    SAN_DNS,
    /** An e-mail address of it. */
    SAN_EMAIL,
    /** A URI of it, such as a SPIFFE id. */
    SAN_URI,
    /** The whole Distinguished Name of the subject, as RFC 2253 writes it. */
    SUBJECT;

    private static final int EMAIL_NAME = 1; // RFC 5280, section 4.2.1.6
    private static final int DNS_NAME = 2;
    private static final int URI_NAME = 6;

    /** @return empty where the certificate has no such thing, or one that cannot be a user name */
    public Optional<String> of(X509Certificate certificate) {
        Optional<String> found = switch (this) {
            case CN -> commonName(subject(certificate));
            case SAN_DNS -> alternativeName(certificate, DNS_NAME);
            case SAN_EMAIL -> alternativeName(certificate, EMAIL_NAME);
            case SAN_URI -> alternativeName(certificate, URI_NAME);
            case SUBJECT -> Optional.of(subject(certificate));
        };
        return found.filter(name -> !name.isEmpty() && name.chars().noneMatch(Character::isISOControl));
    }

    /** The whole Distinguished Name of the subject, as RFC 2253 writes it. */
    public static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    /** The one nearest to the end of the tree: RFC 2253 writes it first, and LdapName counts from the root. */
    private static Optional<String> commonName(String subject) {
        try {
            return new LdapName(subject)
                    .getRdns().reversed().stream()
                            .flatMap(ClientIdentity::commonNames)
                            .findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    private static Stream<String> commonNames(Rdn rdn) {
        try {
            Attribute name = rdn.toAttributes().get("CN");
            return name != null && name.get() instanceof String text ? Stream.of(text) : Stream.empty();
        } catch (NamingException e) {
            return Stream.empty();
        }
    }

    private static Optional<String> alternativeName(X509Certificate certificate, int kind) {
        return alternativeNames(certificate, kind).findFirst();
    }

    private static Stream<String> alternativeNames(X509Certificate certificate, int kind) {
        try {
            @Nullable Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return Objects.requireNonNullElse(names, List.<List<?>>of()).stream()
                    .filter(name -> Objects.equals(name.get(0), kind))
                    .map(name -> String.valueOf(name.get(1)));
        } catch (CertificateParsingException e) {
            return Stream.empty();
        }
    }

    /** The names that a server certificate is for; its Common Name where it has no others. */
    static List<String> serverNames(X509Certificate certificate) {
        List<String> names = alternativeNames(certificate, DNS_NAME).toList();
        return names.isEmpty() ? commonName(subject(certificate)).stream().toList() : names;
    }
}
