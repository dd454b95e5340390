package io.chasqui.protocol;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A Topic Name (section 4.7): at least one character, at most 65,535 bytes of UTF-8, no wildcard, no U+0000. Immutable;
 * equal when the bytes are equal, for nothing is normalised (MQTT5-4.7.3-4). Keeps its UTF-8 form, which is what goes on
 * the wire, and its hash.
 */
public final class TopicName {
    /** Stands for the topic that a PUBLISH with a known Topic Alias leaves out; valid nowhere else. */
    public static final TopicName EMPTY = new TopicName("", new byte[0]);

    private final String name;
    private final byte[] utf8;
    private final int hash;

    private TopicName(String name, byte[] utf8) {
        this.name = name;
        this.utf8 = utf8;
        this.hash = name.hashCode();
    }

    /** @throws IllegalArgumentException with the reason when {@code name} is not a Topic Name */
    public static TopicName of(String name) {
        String fault = fault(name);
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
        return new TopicName(name, name.getBytes(StandardCharsets.UTF_8));
    }

    /** For the decoder, which has validated both. */
    static TopicName trusted(String name, byte[] utf8) {
        return new TopicName(name, utf8);
    }

    /** @return why {@code name} is no Topic Name, for a human, or null when it is one */
    public static @Nullable String fault(String name) {
        if (name.isEmpty()) {
            return "a Topic Name has at least one character"; // MQTT5-4.7.3-1
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '+' || c == '#') {
                return "a Topic Name has no wildcard"; // MQTT5-4.7.0-1
            }
            if (c == 0) {
                return "a Topic Name has no U+0000"; // MQTT5-4.7.3-2
            }
        }
        return Utf8.fault(name);
    }

    /** Whether this is {@link #EMPTY}. */
    boolean isEmpty() {
        return utf8.length == 0;
    }

    static boolean hasWildcard(String name) {
        return name.indexOf('+') >= 0 || name.indexOf('#') >= 0;
    }

    public String name() {
        return name;
    }

    /** The form on the wire; not to be modified. */
    public byte[] utf8() {
        return utf8;
    }

    /** The number of topic levels: one more than the slashes. */
    public int levelCount() {
        return TopicFilter.levelCount(name);
    }

    /** The topic levels, each possibly empty; a new array. */
    public String[] levels() {
        return TopicFilter.split(name);
    }

    /** Whether the first character is '$', which hides the topic from a filter that starts with a wildcard (MQTT5-4.7.2-1). */
    public boolean isDollar() {
        return !name.isEmpty() && name.charAt(0) == '$';
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof TopicName that && hash == that.hash && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return name;
    }
}
