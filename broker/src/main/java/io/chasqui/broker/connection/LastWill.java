package io.chasqui.broker.connection;

import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.message.Message;
import io.chasqui.broker.routing.Fate;
import io.chasqui.broker.session.Testament;
import io.chasqui.protocol.Will;
import org.jspecify.annotations.Nullable;

/** The Will of one connection; whether the client may publish it is asked when its time has come. */
record LastWill(Core core, ClientInfo client, Will will) implements Testament {
    @Override
    public @Nullable String userName() {
        return client.identity().user();
    }

    @Override
    public @Nullable Message execute() {
        Message message = new Message(
                will.topic(),
                will.payload(),
                will.qos(),
                will.retain(),
                will.properties(),
                client.clientId(),
                Message.expiresAt(will.messageExpirySeconds(), core.loop()));
        if (!mayPublish()) {
            core.fates().record(Fate.NOT_AUTHORIZED, message, null);
            return null;
        }
        Interception interception = core.interception();
        return interception == null ? message : intercepted(message, interception.judge(client, message));
    }

    private @Nullable Message intercepted(Message message, Interceptor.Verdict verdict) {
        Fate fate = Interception.fate(verdict);
        if (fate != null) {
            core.fates().record(fate, message, null);
            return null;
        }
        return Interception.judged(verdict, message);
    }

    private boolean mayPublish() {
        try {
            return core.security().authorizer().mayPublish(client, will.topic(), will.qos(), will.retain());
        } catch (RuntimeException e) { // not our code, and the end of a session has to go on
            core.counters().faults++;
            return false;
        }
    }
}
