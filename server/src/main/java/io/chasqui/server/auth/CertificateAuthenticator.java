package io.chasqui.server.auth;

import io.chasqui.broker.auth.Authenticator;
import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.broker.auth.Peer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the identity of a client certificate, which the listener has verified, as user. It is no user of these rules beyond
 * the certificate's own time. A client that names another user in CONNECT is left to the next method.
 *
 * @param groups of the users
 */
record CertificateAuthenticator(Supplier<Groups> groups) implements Authenticator {
    @Override
    public CompletionStage<Verdict> authenticate(ClientInfo client, byte @Nullable [] password) {
        return CompletableFuture.completedFuture(judge(client));
    }

    private Verdict judge(ClientInfo client) {
        Peer.Certificate certificate = client.peer().certificate();
        String user = certificate == null ? null : certificate.identity();
        if (certificate == null || user == null || user.isEmpty()) {
            return Verdict.NEXT;
        }
        if (client.userName() != null && !client.userName().equals(user)) {
            return Verdict.NEXT;
        }
        return new Accepted(new Identity(
                user, groups.get().of(user), List.of(), certificate.notAfter().toEpochMilli(), "certificate", true));
    }
}
