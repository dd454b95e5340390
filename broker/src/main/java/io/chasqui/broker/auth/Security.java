package io.chasqui.broker.auth;

/**
 * What a broker asks about its clients.
 *
 * @param authenticator who may connect
 * @param authorizer who may do what
 * @param audit is told of both
 */
public record Security(Authenticator authenticator, Authorizer authorizer, Audit audit) {
    /** Everybody may come, and nothing is written down. */
    public static final Security OPEN = new Security(Authenticator.ANYONE, Authorizer.OPEN, Audit.NONE);
}
