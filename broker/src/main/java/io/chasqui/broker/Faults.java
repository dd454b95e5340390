package io.chasqui.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Collects what is wrong with one configuration record, so that an operator reads all of it at once. */
final class Faults {
    private final List<InvalidConfigException.Fault> found = new ArrayList<>();

    Faults range(String key, long value, long min, long max) {
        return check(value >= min && value <= max, key, value, () -> "give " + min + " to " + max);
    }

    Faults range(String key, Duration value, Duration min, Duration max, String advice) {
        return check(value.compareTo(min) >= 0 && value.compareTo(max) <= 0, key, value, () -> advice);
    }

    Faults check(boolean possible, String key, Object value, Supplier<String> advice) {
        if (!possible) {
            found.add(new InvalidConfigException.Fault(key, value.toString(), advice.get()));
        }
        return this;
    }

    /** @throws InvalidConfigException when a check failed */
    void throwIfAny(String what) {
        if (!found.isEmpty()) {
            throw new InvalidConfigException(what, found);
        }
    }
}
