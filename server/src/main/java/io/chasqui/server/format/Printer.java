package io.chasqui.server.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How {@code sub} shows messages: bytes for the terminal or the pipe. */
public final class Printer {
    /** The ways to show one. */
    private enum Style {
        /** The payload, as it is. */
        PLAIN,
        /** Topic and payload. */
        VERBOSE,
        /** Topic and properties in a head line, then JSON laid out, text, or a hex dump. */
        PRETTY,
        /** As a format says. */
        FORMATTED
    }

    private final Style style;
    private final @Nullable MessageFormat format;
    private final boolean topic;
    private final boolean lineFeed;
    private final boolean colours;
    private final Consumer<String> complaints;

    private Printer(
            Style style,
            @Nullable MessageFormat format,
            boolean topic,
            boolean lineFeed,
            boolean colours,
            Consumer<String> complaints) {
        this.style = style;
        this.format = format;
        this.topic = topic;
        this.lineFeed = lineFeed;
        this.colours = colours;
        this.complaints = complaints;
    }

    /**
     * @param format of {@code -F}, or null
     * @param topic {@code -v}
     * @param lineFeed whether a line feed ends each message
     * @param pretty whether JSON is laid out and what is no text is dumped
     * @param colours whether the terminal understands them
     * @param complaints hears, in one line each, of messages that cannot be printed as the format wants
     * @throws IllegalArgumentException which says what is wrong with the format
     */
    public static Printer of(
            @Nullable String format,
            boolean topic,
            boolean lineFeed,
            boolean pretty,
            boolean colours,
            Consumer<String> complaints) {
        Style style = format != null ? Style.FORMATTED : pretty ? Style.PRETTY : topic ? Style.VERBOSE : Style.PLAIN;
        MessageFormat parsed = format == null ? null : MessageFormat.of(format, pretty);
        return new Printer(style, parsed, topic, lineFeed, colours, complaints);
    }

    /** What is to be written for a message. */
    public byte[] print(Arrival message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] payload = message.payload();
        boolean ended = lineFeed;
        switch (style) {
            case PLAIN -> {
                out.writeBytes(payload);
                ended &= payload.length > 0; // as mosquitto_sub: nothing for nothing
            }
            case VERBOSE -> {
                boolean shown = payload.length > 0 || lineFeed;
                out.writeBytes(bytes(shown ? message.topic() + " " : ""));
                out.writeBytes(payload.length == 0 && lineFeed ? bytes("(null)") : payload);
            }
            case PRETTY -> out.writeBytes(bytes(pretty(message)));
            case FORMATTED -> formatted(message, out);
        }
        if (ended) {
            out.write('\n');
        }
        return out.toByteArray();
    }

    private void formatted(Arrival message, ByteArrayOutputStream out) {
        if (format == null) {
            throw new IllegalStateException("no format");
        }
        try {
            format.apply(message, out);
        } catch (NotJsonException e) {
            complaints.accept(String.valueOf(e.getMessage()));
        }
    }

    private String pretty(Arrival message) {
        Optional<String> text = Text.of(message.payload()).filter(Text::isPrintable);
        String body = text.map(it -> JsonText.pretty(it).orElse(it)).orElseGet(() -> Text.hexDump(message.payload()));
        if (!topic) {
            return body;
        }
        String head = message.topic() + "  (" + message.payload().length + " bytes, QoS " + message.qos()
                + (message.retained() ? ", retained" : "") + ")";
        return (colours ? "\u001b[1;36m" + head + "\u001b[0m" : head) + "\n" + body;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
