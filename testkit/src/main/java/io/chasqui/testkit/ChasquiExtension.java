package io.chasqui.testkit;

import io.chasqui.client.MqttClient;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** What {@link ChasquiTest} brings to a test. */
final class ChasquiExtension implements ParameterResolver, AfterEachCallback {
    private static final Namespace HERE = Namespace.create(ChasquiExtension.class);

    /** All that one test has open; the last is closed first. */
    private static final class Opened {
        final TestBroker broker = TestBroker.start();
        final Deque<AutoCloseable> others = new ArrayDeque<>();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == TestBroker.class || type == FaultyNetwork.class || type == MqttClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Opened opened =
                context.getStore(HERE).getOrComputeIfAbsent(context.getUniqueId(), id -> new Opened(), Opened.class);
        Class<?> type = parameter.getParameter().getType();
        if (type == TestBroker.class) {
            return opened.broker;
        }
        if (type == FaultyNetwork.class) {
            FaultyNetwork network = opened.broker.faultyNetwork();
            opened.others.push(network);
            return network;
        }
        MqttClient client = MqttClient.to(opened.broker.uri()).build();
        opened.others.push(client);
        client.connect();
        return client;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Opened opened = context.getStore(HERE).remove(context.getUniqueId(), Opened.class);
        if (opened != null) {
            for (AutoCloseable other : opened.others) {
                other.close();
            }
            opened.broker.close();
        }
    }
}
