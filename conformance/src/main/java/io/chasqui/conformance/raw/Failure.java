package io.chasqui.conformance.raw;

import java.io.Serial;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/** A broker did not do what a test demands. The message says what was expected and what was seen. */
public final class Failure extends AssertionError {
    @Serial
    private static final long serialVersionUID = 1;

    public Failure(String message) {
        super(message);
    }

    public static void unless(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new Failure(arguments.length == 0 ? message : String.format(message, arguments));
        }
    }

    public static <T> void unlessEqual(T expected, T actual, String what) {
        unless(Objects.equals(expected, actual), "%s: expected %s, was %s", what, expected, actual);
    }

    public static void unlessSame(byte[] expected, byte[] actual, String what) {
        unless(
                Arrays.equals(expected, actual),
                "%s: expected %s, was %s",
                what,
                Bytes.hex(expected),
                Bytes.hex(actual));
    }

    /** Fails unless {@code code} is one of {@code allowed}. */
    public static void unlessOneOf(int code, String what, int... allowed) {
        unless(
                Arrays.stream(allowed).anyMatch(each -> each == code),
                "%s: expected one of %s, was %02x",
                what,
                Arrays.stream(allowed).mapToObj("%02x"::formatted).collect(Collectors.joining(" ")),
                code);
    }
}
