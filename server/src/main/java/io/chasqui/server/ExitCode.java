package io.chasqui.server;

/** What the program ends with. Printed by {@code --help}; scripts rely on it. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int TIMED_OUT = 27; // as mosquitto_sub -W
    static final int CONFIG = 78; // EX_CONFIG of sysexits.h
    static final int INTERRUPTED = 130; // 128 + SIGINT, as shells say

    private ExitCode() {}
}
