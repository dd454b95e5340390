package io.chasqui.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A well-formed Topic Filter (sections 4.7.1 and 4.8.2), also the form {@code $share/ShareName/filter}. Equal when the
 * characters are equal (MQTT5-3.10.4-1).
 */
public final class TopicFilter {
    private static final String SHARE = "$share/";

    private final String text;
    private final @Nullable String shareName;
    private final String filter;

    private TopicFilter(String text, @Nullable String shareName, String filter) {
        this.text = text;
        this.shareName = shareName;
        this.filter = filter;
    }

    /** @throws IllegalArgumentException with the reason when {@code text} is not a Topic Filter */
    public static TopicFilter of(String text) {
        String fault = fault(text);
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
        if (!text.startsWith(SHARE)) {
            return new TopicFilter(text, null, text);
        }
        int slash = text.indexOf('/', SHARE.length());
        return new TopicFilter(text, text.substring(SHARE.length(), slash), text.substring(slash + 1));
    }

    /** @return why {@code text} is no Topic Filter, for a human, or null when it is one */
    public static @Nullable String fault(String text) {
        String filter = text;
        if (text.startsWith(SHARE)) {
            int slash = text.indexOf('/', SHARE.length());
            if (slash < 0) {
                return "$share/ShareName is not followed by a Topic Filter"; // MQTT5-4.8.2-2
            }
            if (slash == SHARE.length()) {
                return "the ShareName is empty"; // MQTT5-4.8.2-1
            }
            for (int i = SHARE.length(); i < slash; i++) {
                if (text.charAt(i) == '+' || text.charAt(i) == '#') {
                    return "a ShareName has no wildcard"; // MQTT5-4.8.2-2
                }
            }
            filter = text.substring(slash + 1);
        }
        if (filter.isEmpty()) {
            return "a Topic Filter has at least one character"; // MQTT5-4.7.3-1
        }
        for (int i = 0; i < filter.length(); i++) {
            char c = filter.charAt(i);
            boolean levelStarts = i == 0 || filter.charAt(i - 1) == '/';
            boolean levelEnds = i == filter.length() - 1 || filter.charAt(i + 1) == '/';
            if (c == '#' && !(levelStarts && i == filter.length() - 1)) {
                return "'#' is not alone in the last level"; // MQTT5-4.7.1-1
            }
            if (c == '+' && !(levelStarts && levelEnds)) {
                return "'+' is not alone in its level"; // MQTT5-4.7.1-2
            }
            if (c == 0) {
                return "a Topic Filter has no U+0000"; // MQTT5-4.7.3-2
            }
        }
        return Utf8.fault(text);
    }

    /** The filter as subscribed, with {@code $share/ShareName/} if it has it. */
    public String text() {
        return text;
    }

    /** The Share Name, or null for a Non-shared Subscription. */
    public @Nullable String shareName() {
        return shareName;
    }

    public boolean isShared() {
        return shareName != null;
    }

    /** What Topic Names are matched against: {@link #text} without {@code $share/ShareName/}. */
    public String filter() {
        return filter;
    }

    public boolean hasWildcard() {
        return filter.indexOf('#') >= 0 || filter.indexOf('+') >= 0;
    }

    /** The number of levels of {@link #filter}. */
    public int levelCount() {
        return levelCount(filter);
    }

    /** The levels of {@link #filter}, each possibly empty; a new array. */
    public String[] levels() {
        return split(filter);
    }

    /** Whether {@code topic} matches, section 4.7: the plain definition that faster structures are tested against. */
    public boolean matches(TopicName topic) {
        if (topic.isDollar() && (filter.charAt(0) == '+' || filter.charAt(0) == '#')) {
            return false; // MQTT5-4.7.2-1
        }
        String[] want = levels();
        String[] have = topic.levels();
        for (int i = 0; i < want.length; i++) {
            if (want[i].equals("#")) {
                return true; // also the parent level, 4.7.1.2
            }
            if (i == have.length || !want[i].equals("+") && !want[i].equals(have[i])) {
                return false;
            }
        }
        return want.length == have.length;
    }

    static int levelCount(String text) {
        int levels = 1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '/') {
                levels++;
            }
        }
        return levels;
    }

    static String[] split(String text) {
        List<String> levels = new ArrayList<>();
        int start = 0;
        for (int slash; (slash = text.indexOf('/', start)) >= 0; start = slash + 1) {
            levels.add(text.substring(start, slash));
        }
        levels.add(text.substring(start));
        return levels.toArray(String[]::new);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TopicFilter that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
