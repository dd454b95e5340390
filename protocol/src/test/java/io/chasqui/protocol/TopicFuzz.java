package io.chasqui.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Fuzz target: a Topic Filter and a Topic Name, with a line feed between them. Both are taken or refused by whichever way
 * they are asked about, a table of topics answers like the decoder itself, and a match is what the plain recursion below
 * says. See docs/fuzzing.md.
 */
public final class TopicFuzz {
    private TopicFuzz() {}

    /** Called by Jazzer with one input after the other, and by {@link FuzzCorpusTest} with those that are kept. */
    public static void fuzzerTestOneInput(byte[] input) {
        int end = 0;
        while (end < input.length && input[end] != '\n') {
            end++;
        }
        String filter = new String(input, 0, end, StandardCharsets.UTF_8);
        byte[] nameBytes = Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length);
        TopicName name = checkName(nameBytes);

        String fault = TopicFilter.fault(filter);
        try {
            TopicFilter parsed = TopicFilter.of(filter);
            require(fault == null, "of took what fault refuses: ", filter);
            require(filter.startsWith("$share/") == parsed.isShared(), "shared: ", filter);
            require(String.join("/", parsed.levels()).equals(parsed.filter()), "levels: ", filter);
            if (name != null) {
                boolean hidden = name.isDollar()
                        && (parsed.filter().startsWith("+") || parsed.filter().startsWith("#"));
                boolean expected = !hidden && matches(parsed.levels(), 0, name.levels(), 0);
                require(parsed.matches(name) == expected, "match with " + name + ": ", filter);
            }
        } catch (IllegalArgumentException e) {
            require(fault != null, "fault takes what of refuses: ", filter);
        }
    }

    private static @Nullable TopicName checkName(byte[] bytes) {
        if (bytes.length == 0) {
            return null;
        }
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        TopicTable table = new TopicTable(1);
        try {
            TopicName name = TopicNames.decode(in, 0, bytes.length);
            require(TopicName.fault(name.name()) == null, "decoded: ", name.name());
            require(Arrays.equals(name.name().getBytes(StandardCharsets.UTF_8), bytes), "bytes: ", name.name());
            TopicName ofTable = table.get(in, 0, bytes.length);
            require(ofTable.equals(name) && ofTable.equals(table.get(in, 0, bytes.length)), "table: ", name.name());
            return name;
        } catch (ProtocolException e) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            boolean wellFormed = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
            require(!wellFormed || TopicName.fault(text) != null, "refused: ", text);
            return null;
        }
    }

    private static boolean matches(String[] filter, int f, String[] name, int n) {
        if (f == filter.length) {
            return n == name.length;
        }
        if (filter[f].equals("#")) {
            return true;
        }
        return n < name.length
                && (filter[f].equals("+") || filter[f].equals(name[n]))
                && matches(filter, f + 1, name, n + 1);
    }

    private static void require(boolean holds, String what, String text) {
        if (!holds) {
            throw new AssertionError(what + ProtocolException.quote(text));
        }
    }
}
