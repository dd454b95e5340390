package io.chasqui.server.config;

import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How one kind of value is written in the configuration, and what it becomes. What is not of the kind is refused here; what
 * is of the kind but impossible is refused by the record that takes it. A number too large for its Java type becomes the
 * largest of that type, which every record refuses.
 *
 * @param name what the documentation calls the kind
 * @param choices the words that are possible; empty where there are too many to list
 * @param parser from text; throws BadValueException with advice
 * @param formatter to the text that {@code parser} would read the same value from
 */
record ValueType<T>(String name, List<String> choices, Parser<T> parser, Function<T, String> formatter) {
    /** From text to value. */
    interface Parser<T> {
        T parse(String text) throws BadValueException;
    }

    private static final Pattern SIZE = Pattern.compile("([0-9]+) ?(B|KiB|MiB|GiB|TiB)?");
    private static final List<String> SIZE_UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");
    private static final Pattern TIME = Pattern.compile("([0-9]+) ?(ms|s|m|h|d)");
    private static final long MAX_SECONDS = 1L << 40; // more than any limit, and its milliseconds fit a long

    static final ValueType<Integer> INTEGER = new ValueType<>(
            "whole number",
            List.of(),
            text -> whole(text).min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue(),
            String::valueOf);

    static final ValueType<Long> SIZE_LONG =
            new ValueType<>("size", List.of(), text -> size(text, Long.MAX_VALUE), ValueType::formatSize);

    static final ValueType<Integer> SIZE_INT = new ValueType<>(
            "size", List.of(), text -> (int) size(text, Integer.MAX_VALUE), bytes -> formatSize(bytes.longValue()));

    static final ValueType<Duration> DURATION =
            new ValueType<>("duration", List.of(), ValueType::duration, ValueType::formatDuration);

    static final ValueType<Boolean> YES_OR_NO =
            new ValueType<>("true or false", List.of("true", "false"), ValueType::yesOrNo, String::valueOf);

    static final ValueType<String> TEXT = new ValueType<>("text", List.of(), text -> text, text -> text);

    /** Words between commas or white space; in the file also a list. */
    static final ValueType<List<String>> WORDS =
            new ValueType<>("list of words", List.of(), ValueType::words, words -> String.join(", ", words));

    /** Paths between commas; in the file also a list. */
    static final ValueType<List<Path>> PATHS =
            new ValueType<>("list of paths", List.of(), ValueType::paths, ValueType::formatPaths);

    static final ValueType<Path> PATH = new ValueType<>("path", List.of(), ValueType::path, Path::toString);

    /** A path, or nothing for none. */
    static final ValueType<Path> FILE =
            new ValueType<>("path", List.of(), text -> text.isBlank() ? Path.of("") : path(text), Path::toString);

    /** A path that also has a word for none, which is the empty path. */
    static ValueType<Path> pathOr(String word) {
        return new ValueType<>(
                "path or `" + word + "`",
                List.of(),
                text -> text.equals(word) ? Path.of("") : path(text),
                path -> path.toString().isEmpty() ? word : path.toString());
    }

    /** A duration that also has a word for one value, such as {@code never}. */
    static ValueType<Duration> durationOr(String word, Duration value) {
        return new ValueType<>(
                "duration or `" + word + "`",
                List.of(),
                text -> text.equals(word) ? value : durationOrWord(text, word),
                duration -> duration.equals(value) ? word : formatDuration(duration));
    }

    /** Whether a list in the file is taken for it. */
    boolean isList() {
        return this == (Object) WORDS || this == (Object) PATHS;
    }

    /** One of {@code values}, written as {@code word} says. */
    static <T> ValueType<T> oneOf(List<T> values, Function<T, String> word) {
        List<String> words = values.stream().map(word).toList();
        return new ValueType<>("one of " + String.join(", ", words), words, text -> choose(text, values, words), word);
    }

    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
        return oneOf(
                Arrays.asList(type.getEnumConstants()),
                value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    T parse(String text) throws BadValueException {
        return parser.parse(text);
    }

    /** @throws ClassCastException when {@code value} is not of this type, which would be our bug */
    @SuppressWarnings("unchecked")
    String format(Object value) {
        return formatter.apply((T) value);
    }

    private static BigInteger whole(String text) throws BadValueException {
        boolean digits = text.matches("-?[0-9]+");
        if (!digits) {
            throw new BadValueException("give a whole number in digits, such as 100");
        }
        return new BigInteger(text);
    }

    private static long size(String text, long max) throws BadValueException {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new BadValueException("give a size in bytes, such as 4096, 64KiB, 1MiB or 2GiB");
        }
        int power = size.group(2) == null ? 0 : SIZE_UNITS.indexOf(size.group(2));
        return new BigInteger(size.group(1))
                .shiftLeft(10 * power)
                .min(BigInteger.valueOf(max))
                .longValue();
    }

    private static String formatSize(long bytes) {
        int power = 0;
        while (power < SIZE_UNITS.size() - 1 && bytes != 0 && bytes % 1024 == 0) {
            bytes /= 1024;
            power++;
        }
        return power == 0 ? String.valueOf(bytes) : bytes + SIZE_UNITS.get(power);
    }

    private static Duration durationOrWord(String text, String word) throws BadValueException {
        try {
            return duration(text);
        } catch (BadValueException e) {
            throw new BadValueException(e.advice() + ", or " + word);
        }
    }

    private static Duration duration(String text) throws BadValueException {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw new BadValueException("give a number with its unit, such as 500ms, 10s, 5m, 2h or 7d");
        }
        long number = new BigInteger(time.group(1))
                .min(BigInteger.valueOf(MAX_SECONDS))
                .longValue();
        return switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static String formatDuration(Duration duration) {
        long seconds = duration.toSeconds();
        if (duration.toMillisPart() != 0) {
            return duration.toMillis() + "ms";
        }
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        if (seconds % 3_600 != 0) {
            return seconds / 60 + "m";
        }
        return seconds % 86_400 == 0 ? seconds / 86_400 + "d" : seconds / 3_600 + "h";
    }

    private static boolean yesOrNo(String text) throws BadValueException {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            case "yes", "on", "True", "TRUE", "1" ->
                throw new BadValueException("give true or false; did you mean true?");
            case "no", "off", "False", "FALSE", "0" ->
                throw new BadValueException("give true or false; did you mean false?");
            default -> throw new BadValueException("give true or false");
        };
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split("[,\\s]+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static List<Path> paths(String text) throws BadValueException {
        List<Path> paths = new ArrayList<>();
        if (text.isBlank()) {
            return paths;
        }
        for (String each : text.split(",", -1)) {
            paths.add(path(each.strip()));
        }
        return paths;
    }

    private static String formatPaths(List<Path> paths) {
        return String.join(", ", paths.stream().map(Path::toString).toList());
    }

    private static Path path(String text) throws BadValueException {
        try {
            if (!text.isBlank()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            throw new BadValueException("give a path: " + e.getReason());
        }
        throw new BadValueException("give a path");
    }

    private static <T> T choose(String text, List<T> values, List<String> words) throws BadValueException {
        int chosen = words.indexOf(text);
        if (chosen >= 0) {
            return values.get(chosen);
        }
        String advice = "give " + String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
        throw new BadValueException(Suggestion.near(text.toLowerCase(Locale.ROOT), words)
                .map(word -> advice + "; did you mean " + word + "?")
                .orElse(advice));
    }
}
