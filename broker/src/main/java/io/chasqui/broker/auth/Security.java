package io.chasqui.broker.auth;

/**
 * What a broker asks about its clients.
 *
 * @param authenticator who may connect
 * @param authorizer who may do what
 * @param audit is told of both
 * @param conduct what clients are held to besides
 */
public record Security(Authenticator authenticator, Authorizer authorizer, Audit audit, Conduct conduct) {
    /** Everybody may come, and nothing is written down. */
    public static final Security OPEN = new Security(Authenticator.ANYONE, Authorizer.OPEN, Audit.NONE);

    /** With the usual conduct. */
    public Security(Authenticator authenticator, Authorizer authorizer, Audit audit) {
        this(authenticator, authorizer, audit, Conduct.USUAL);
    }
}
