package io.chasqui.broker.auth;

/**
 * What a broker asks about its clients.
 *
 * @param authenticator who may connect
 * @param authorizer who may do what
 * @param audit is told of both
 * @param slowsFights whether clients that take one session from each other again and again have to wait
 */
public record Security(Authenticator authenticator, Authorizer authorizer, Audit audit, boolean slowsFights) {
    /** Everybody may come, and nothing is written down. */
    public static final Security OPEN = new Security(Authenticator.ANYONE, Authorizer.OPEN, Audit.NONE);

    /** Fights are slowed. */
    public Security(Authenticator authenticator, Authorizer authorizer, Audit audit) {
        this(authenticator, authorizer, audit, true);
    }
}
