package io.chasqui.conformance.hostile;

import java.util.List;

/** The classes of this package that hold tests. */
public final class HostileTests {
    public static final List<Class<?>> CLASSES = List.of(HostilePacketTests.class, HostileLoadTests.class);

    private HostileTests() {}
}
