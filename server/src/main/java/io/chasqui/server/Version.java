package io.chasqui.server;

import io.chasqui.broker.BuildInfo;

/** What this build is called. */
final class Version {
    private Version() {}

    static String chasqui() {
        return BuildInfo.version();
    }

    static String java() {
        return Runtime.version().toString();
    }

    /** For {@code --version}. */
    static String text() {
        return "chasqui " + chasqui() + "\nJava " + java() + " (" + System.getProperty("java.vendor") + "), "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
