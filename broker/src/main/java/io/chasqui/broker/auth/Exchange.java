package io.chasqui.broker.auth;

import io.chasqui.broker.auth.Authenticator.Verdict;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One enhanced authentication on its way (MQTT 5, section 4.12). It is asked again only when it has answered, on the loop of
 * its connection; it must not block, and may complete on any thread. A failure refuses the client (fail closed).
 */
@FunctionalInterface
public interface Exchange {
    /** @param data Authentication Data of CONNECT or of an AUTH packet, null where it has none; not to be modified */
    CompletionStage<Step> respond(byte @Nullable [] data);

    /** What follows upon the client's data. */
    sealed interface Step {}

    /** The client is to answer {@code data}; another call of {@link #respond} follows. */
    record Challenge(byte[] data) implements Step {}

    /**
     * The end.
     *
     * @param data for the client beside the good news, such as the proof that we know the password, too; or null
     */
    record Done(Verdict verdict, byte @Nullable [] data) implements Step {}
}
