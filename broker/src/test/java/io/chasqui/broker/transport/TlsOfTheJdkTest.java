package io.chasqui.broker.transport;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same with the JDK's TLS, as where BoringSSL does not run. */
class TlsOfTheJdkTest extends TlsTest {
    @BeforeAll
    static void choose() {
        System.setProperty(TlsStage.JDK_PROPERTY, "true");
    }

    @AfterAll
    static void unchoose() {
        System.clearProperty(TlsStage.JDK_PROPERTY);
    }
}
