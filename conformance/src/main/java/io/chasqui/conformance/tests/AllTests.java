package io.chasqui.conformance.tests;

import io.chasqui.conformance.hostile.HostileTests;
import io.chasqui.conformance.suite.TestCase;
import java.util.ArrayList;
import java.util.List;

/** The whole suite, in the order of the standard. */
public final class AllTests {
    private static final List<Class<?>> CLASSES = List.of(
            DataTypeTests.class,
            HeaderTests.class,
            ConnectTests.class,
            ClientIdTests.class,
            ConnectPropertyTests.class,
            SessionTests.class,
            WillTests.class,
            ConnAckTests.class,
            PublishTests.class,
            PublishPropertyTests.class,
            RetainTests.class,
            SubscribeTests.class,
            DisconnectTests.class,
            AuthTests.class,
            QosTests.class,
            OrderTests.class,
            TopicTests.class,
            SharedTests.class,
            Mqtt31Tests.class,
            WebSocketTests.class);

    private AllTests() {}

    public static List<TestCase> list() {
        List<Class<?>> all = new ArrayList<>(CLASSES);
        all.addAll(HostileTests.CLASSES);
        return TestCase.in(all);
    }
}
