package io.chasqui.server.format;

import io.chasqui.protocol.UserProperty;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How {@code sub} prints a message: the format of {@code mosquitto_sub -F}, with its {@code %}, {@code @} and {@code \} sequences, its
 * flags and widths. It is read once; what is wrong in it is said then. Immutable.
 */
final class MessageFormat {
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxx", Locale.ROOT);

    /** A piece of the format. */
    private interface Part {
        void write(Arrival message, ByteArrayOutputStream out) throws NotJsonException;
    }

    /**
     * What stands between the {@code %} and its letter.
     *
     * @param width 0 for none
     * @param most -1 for no limit
     */
    private record Field(boolean left, boolean zeros, int width, int most) {
        byte[] text(String value) {
            String cut = most >= 0 && most < value.length() ? value.substring(0, most) : value;
            return bytes(padded(cut, " "));
        }

        byte[] number(long value) {
            return bytes(padded("" + value, zeros && !left ? "0" : " "));
        }

        /** Raw bytes, in a field of exactly the width where there is one: as mosquitto_sub 2.0 does, whatever its manual says. */
        byte[] raw(byte[] value, boolean mayZero) {
            if (width == 0) {
                return value;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            int length = Math.min(value.length, width);
            byte[] padding = (mayZero && zeros && !left ? "0" : " ")
                    .repeat(width - length)
                    .getBytes(StandardCharsets.US_ASCII);
            if (!left) {
                out.writeBytes(padding);
            }
            out.write(value, 0, length);
            if (left) {
                out.writeBytes(padding);
            }
            return out.toByteArray();
        }

        private String padded(String value, String with) {
            String padding = with.repeat(Math.max(0, width - value.length()));
            return left ? value + padding : padding + value;
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final String format;
    private final boolean pretty;
    private int at;

    private MessageFormat(String format, boolean pretty) {
        this.format = format;
        this.pretty = pretty;
        StringBuilder literal = new StringBuilder();
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c == '\\') {
                literal.append(escaped(following("escape")));
            } else if (c == '%' || c == '@') {
                Part part = c == '%' ? field() : time();
                addLiteral(literal);
                parts.add(part);
            } else {
                literal.append(c);
            }
        }
        addLiteral(literal);
    }

    /**
     * @param pretty whether JSON is laid out on many lines
     * @throws IllegalArgumentException which says what is wrong with the format
     */
    static MessageFormat of(String format, boolean pretty) {
        return new MessageFormat(format, pretty);
    }

    /** @throws NotJsonException when the format asks for the payload as JSON and it is none; what stands before that is written */
    void apply(Arrival message, ByteArrayOutputStream out) throws NotJsonException {
        for (Part part : parts) {
            part.write(message, out);
        }
    }

    private void addLiteral(StringBuilder literal) {
        if (!literal.isEmpty()) {
            byte[] bytes = bytes(literal.toString());
            parts.add((message, out) -> out.writeBytes(bytes));
            literal.setLength(0);
        }
    }

    private char following(String kind) {
        if (at == format.length()) {
            throw new IllegalArgumentException("the " + kind + " sequence at its end is incomplete");
        }
        return format.charAt(at++);
    }

    private static char escaped(char letter) {
        return switch (letter) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'v' -> '\u000b';
            case '0' -> '\0';
            case 'a' -> '\u0007';
            case 'e' -> '\u001b';
            case '\\' -> '\\';
            default -> throw new IllegalArgumentException("\\" + letter + " is unknown; \\\\ is a backslash");
        };
    }

    private Part field() {
        boolean left = false;
        boolean zeros = false;
        char letter = following("%");
        for (; letter == '-' || letter == '0'; letter = following("%")) {
            left |= letter == '-';
            zeros |= letter == '0';
        }
        at--;
        int width = digits();
        int most = -1;
        if (at < format.length() && format.charAt(at) == '.') {
            at++;
            most = digits();
        }
        return field(following("%"), new Field(left, zeros, width, most));
    }

    private int digits() {
        int value = 0;
        while (at < format.length() && Character.digit(format.charAt(at), 10) >= 0) {
            value = value * 10 + Character.digit(format.charAt(at++), 10);
            if (value > 10_000) {
                throw new IllegalArgumentException("a field is wider than 10000 characters");
            }
        }
        return value;
    }

    private Part field(char letter, Field field) {
        return switch (letter) {
            case '%' -> (message, out) -> out.write('%');
            case 'A' -> (message, out) -> number(-1, field, out); // the client resolves Topic Aliases
            case 'C' -> (message, out) -> text(message.properties().contentType(), field, out);
            case 'D' ->
                (message, out) -> {
                    byte[] correlation = message.properties().correlationData();
                    out.writeBytes(correlation == null ? new byte[0] : correlation);
                };
            case 'E' -> (message, out) -> number(message.expirySeconds(), field, out);
            case 'F' -> (message, out) -> number(message.properties().payloadFormat(), field, out);
            case 'I' -> (message, out) -> out.writeBytes(field.text(ISO.format(message.time())));
            case 'j' -> (message, out) -> out.writeBytes(bytes(JsonMessage.of(message, false, pretty)));
            case 'J' -> (message, out) -> out.writeBytes(bytes(JsonMessage.of(message, true, pretty)));
            case 'l' -> (message, out) -> number(message.payload().length, field, out);
            case 'm' -> (message, out) -> number(message.packetId(), field, out);
            case 'P' -> (message, out) -> out.writeBytes(bytes(userProperties(message)));
            case 'p' -> (message, out) -> out.writeBytes(field.raw(message.payload(), false));
            case 'q' -> (message, out) -> out.write('0' + message.qos());
            case 'R' -> (message, out) -> text(message.properties().responseTopic(), field, out);
            case 'r' -> (message, out) -> out.write(message.retained() ? '1' : '0');
            case 'S' -> (message, out) -> subscriptionIds(message, field, out);
            case 't' -> (message, out) -> out.writeBytes(field.text(message.topic()));
            case 'U' -> (message, out) -> out.writeBytes(bytes(seconds(message.time())));
            case 'x' -> (message, out) -> hex(HexFormat.of(), message, field, out);
            case 'X' -> (message, out) -> hex(HexFormat.of().withUpperCase(), message, field, out);
            default ->
                throw new IllegalArgumentException("%" + letter
                        + " is unknown; there are %A %C %D %E %F %I %j %J %l %m %P %p %q %R %r %S %t %U %x %X %%");
        };
    }

    private static void text(@Nullable String value, Field field, ByteArrayOutputStream out) {
        if (value != null) {
            out.writeBytes(field.text(value));
        }
    }

    private static void number(long value, Field field, ByteArrayOutputStream out) {
        out.writeBytes(value < 0 ? field.text("") : field.number(value));
    }

    private static void subscriptionIds(Arrival message, Field field, ByteArrayOutputStream out) {
        for (int i = 0; i < message.subscriptionIds().size(); i++) {
            out.writeBytes(bytes(i == 0 ? "" : " "));
            number(message.subscriptionIds().get(i), field, out);
        }
    }

    private static void hex(HexFormat hex, Arrival message, Field field, ByteArrayOutputStream out) {
        out.writeBytes(field.raw(hex.formatHex(message.payload()).getBytes(StandardCharsets.US_ASCII), true));
    }

    private static String userProperties(Arrival message) {
        return message.properties().userProperties().stream()
                .map((UserProperty property) -> property.name() + ":" + property.value())
                .collect(Collectors.joining(" "));
    }

    private static String seconds(ZonedDateTime time) {
        return "%d.%09d".formatted(time.toEpochSecond(), time.getNano());
    }

    /** {@code @X}: what strftime(3) makes of {@code %X} in the locale C, and {@code @N} for nanoseconds. */
    private Part time() {
        char letter = following("@");
        return switch (letter) {
            case '@' -> (message, out) -> out.write('@');
            case 'N' -> timePart("nnnnnnnnn");
            case 's' ->
                (message, out) -> out.writeBytes(bytes("" + message.time().toEpochSecond()));
            case 'n' -> (message, out) -> out.write('\n');
            case 't' -> (message, out) -> out.write('\t');
            case 'Y' -> timePart("uuuu");
            case 'y' -> timePart("uu");
            case 'm' -> timePart("MM");
            case 'd' -> timePart("dd");
            case 'e' -> timePart("ppd");
            case 'j' -> timePart("DDD");
            case 'H' -> timePart("HH");
            case 'I' -> timePart("hh");
            case 'M' -> timePart("mm");
            case 'S' -> timePart("ss");
            case 'p' -> timePart("a");
            case 'a' -> timePart("EEE");
            case 'A' -> timePart("EEEE");
            case 'b', 'h' -> timePart("MMM");
            case 'B' -> timePart("MMMM");
            case 'u' ->
                (message, out) -> out.write('0' + message.time().getDayOfWeek().getValue());
            case 'w' ->
                (message, out) -> out.write('0' + message.time().getDayOfWeek().getValue() % 7);
            case 'z' -> timePart("xx");
            case 'Z' -> timePart("zzz");
            case 'F' -> timePart("uuuu-MM-dd");
            case 'D', 'x' -> timePart("MM/dd/uu");
            case 'T', 'X' -> timePart("HH:mm:ss");
            case 'R' -> timePart("HH:mm");
            case 'r' -> timePart("hh:mm:ss a");
            case 'c' -> timePart("EEE MMM ppd HH:mm:ss uuuu");
            case 'V' -> timePart("ww");
            case 'G' -> timePart("YYYY");
            default -> throw new IllegalArgumentException("@" + letter + " is unknown; @@ is an @");
        };
    }

    private static Part timePart(String pattern) {
        // ISO weeks, as %V and %G mean them; English names, as in the locale C
        DateTimeFormatter formatter =
                DateTimeFormatter.ofPattern(pattern, Locale.forLanguageTag("en-US-u-fw-mon-rg-gbzzzz"));
        return (message, out) -> out.writeBytes(bytes(formatter.format(message.time())));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
