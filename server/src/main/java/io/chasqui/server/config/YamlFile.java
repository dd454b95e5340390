package io.chasqui.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML document into {@link Yaml} nodes. Whatever the bytes are, it ends in nodes or in a {@link SyntaxException}
 * that names a line, in bounded time and memory: the file and its depth are limited, an alias shares the node of its anchor,
 * and {@link #MAX_ENTRIES} counts what whoever walks the nodes meets, aliases included.
 */
final class YamlFile {
    static final int MAX_BYTES = 256 << 10;
    static final int MAX_DEPTH = 16;

    /** Keys with their values; those behind an alias count each time. */
    static final int MAX_ENTRIES = 20_000;

    /** How large a file may be, and how many keys it may have. */
    record Bounds(int bytes, int entries) {
        static final Bounds CONFIGURATION = new Bounds(MAX_BYTES, MAX_ENTRIES);
    }

    private final Bounds bounds;
    private final Iterator<Event> events;
    private final Map<String, Yaml> anchors = new HashMap<>();
    private int entriesMet;
    private int lastLine = 1; // where the last event ended

    private YamlFile(Bounds bounds, Iterator<Event> events) {
        this.bounds = bounds;
        this.events = events;
    }

    /** The file is not one YAML document in UTF-8; the message says why, {@code line} where (0: no line in particular). */
    static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int line;

        SyntaxException(int line, String message) {
            super(message);
            this.line = line;
        }

        int line() {
            return line;
        }

        String message() {
            return String.valueOf(getMessage());
        }
    }

    /** The top-level mapping of the file; an empty one where the file has nothing but comments. */
    static Yaml.Mapping read(Path file) throws SyntaxException {
        return read(file, Bounds.CONFIGURATION);
    }

    static Yaml.Mapping read(Path file, Bounds bounds) throws SyntaxException {
        return parse(decode(readBounded(file, bounds.bytes)), bounds);
    }

    private static byte[] readBounded(Path file, int maxBytes) throws SyntaxException {
        if (Files.isDirectory(file)) {
            throw new SyntaxException(0, "is a directory; give a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new SyntaxException(
                        0, "is larger than " + (maxBytes >> 10) + " KiB, which no configuration needs");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new SyntaxException(0, "there is no such file");
        } catch (AccessDeniedException e) {
            throw new SyntaxException(0, "may not be read by this user");
        } catch (IOException e) {
            throw new SyntaxException(0, "cannot be read: " + e.getMessage());
        }
    }

    static String decode(byte[] bytes) throws SyntaxException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        out.flip();
        String text = out.toString();
        if (result.isError()) {
            throw new SyntaxException(
                    lineOf(text, text.length()),
                    String.format("byte 0x%02x is not UTF-8; save the file as UTF-8", bytes[in.position()] & 0xff));
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    static Yaml.Mapping parse(String text) throws SyntaxException {
        return parse(text, Bounds.CONFIGURATION);
    }

    private static Yaml.Mapping parse(String text, Bounds bounds) throws SyntaxException {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(bounds.bytes).build();
        YamlFile file =
                new YamlFile(bounds, new Parse(settings).parseString(text).iterator());
        try {
            return file.document();
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark()
                    .or(e::getContextMark)
                    .map(mark -> mark.getLine() + 1)
                    .orElse(file.lastLine);
            throw new SyntaxException(line, explain(text, line, String.valueOf(e.getProblem())));
        } catch (ReaderException e) {
            int line = lineOf(
                    text, text.offsetByCodePoints(0, Math.min(e.getPosition(), text.codePointCount(0, text.length()))));
            throw new SyntaxException(line, String.format("character U+%04X may not stand in YAML", e.getCodePoint()));
        } catch (YamlEngineException e) {
            throw new SyntaxException(
                    file.lastLine, "is not YAML, here or below: " + Fault.oneLine(String.valueOf(e.getMessage())));
        }
    }

    private static String explain(String text, int line, String problem) {
        String there = text.lines().skip(line - 1L).findFirst().orElse("");
        if (there.substring(0, there.length() - there.stripLeading().length()).indexOf('\t') >= 0) {
            return "a tab in the indentation; YAML takes spaces only";
        }
        return "is not YAML: " + Fault.oneLine(problem);
    }

    private static int lineOf(String text, int offset) {
        return 1
                + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }

    private Event next() {
        Event event = events.next();
        lastLine = event.getEndMark().map(mark -> mark.getLine() + 1).orElse(lastLine);
        return event;
    }

    private Yaml.Mapping document() throws SyntaxException {
        Yaml.Mapping root = new Yaml.Mapping(List.of(), 0, 1);
        boolean seen = false;
        while (events.hasNext()) {
            Event event = next();
            switch (event.getEventId()) {
                case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
                case DocumentStart -> {
                    if (seen) {
                        throw new SyntaxException(line(event), "a second document starts here; give one");
                    }
                    seen = true;
                }
                default -> root = root(node(event, 0));
            }
        }
        return root;
    }

    private static Yaml.Mapping root(Yaml node) throws SyntaxException {
        return switch (node) {
            case Yaml.Mapping mapping -> mapping;
            case Yaml.Scalar scalar when scalar.isAbsent() -> new Yaml.Mapping(List.of(), 0, scalar.line());
            case Yaml.Scalar scalar ->
                throw new SyntaxException(
                        scalar.line(),
                        Fault.printable(scalar.text()) + " is no setting; give lines such as log-level: info");
            case Yaml.Sequence list ->
                throw new SyntaxException(
                        list.line(), "a list is no configuration; give lines such as log-level: info");
        };
    }

    private Yaml node(Event event, int depth) throws SyntaxException {
        if (depth > MAX_DEPTH) {
            throw new SyntaxException(line(event), "nested deeper than " + MAX_DEPTH + " levels");
        }
        Yaml node = switch (event.getEventId()) {
            case Scalar -> {
                ScalarEvent scalar = (ScalarEvent) event;
                yield new Yaml.Scalar(scalar.getValue(), scalar.isPlain(), line(event));
            }
            case MappingStart -> mapping(event, depth);
            case SequenceStart -> sequence(event, depth);
            case Alias -> alias((AliasEvent) event);
            default -> throw new SyntaxException(line(event), "is not YAML: " + event.getEventId());
        };
        if (event instanceof NodeEvent anchored && !(event instanceof AliasEvent)) {
            anchored.getAnchor().ifPresent(anchor -> anchors.put(anchor.getValue(), node));
        }
        return node;
    }

    private Yaml alias(AliasEvent event) throws SyntaxException {
        String name = event.getAlias().getValue();
        Yaml target = anchors.get(name);
        if (target == null) {
            throw new SyntaxException(line(event), "*" + Fault.printable(name) + " has no anchor before it");
        }
        meet(entries(target), event);
        return target;
    }

    /** Counts what a walk over the nodes meets. */
    private void meet(int entries, Event where) throws SyntaxException {
        entriesMet += entries;
        if (entriesMet > bounds.entries) {
            throw new SyntaxException(
                    line(where), "has more than " + bounds.entries + " keys, which no configuration needs");
        }
    }

    private static int entries(Yaml node) {
        return node instanceof Yaml.Mapping mapping ? mapping.allEntries() : 0;
    }

    private Yaml mapping(Event start, int depth) throws SyntaxException {
        List<Yaml.Entry> entries = new ArrayList<>();
        int below = 0;
        for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
            Yaml key = node(event, depth + 1);
            Yaml value = node(next(), depth + 1);
            if (!(key instanceof Yaml.Scalar scalar)) {
                throw new SyntaxException(key.line(), "a key is a word, not a list or a mapping");
            }
            entries.add(new Yaml.Entry(scalar, value));
            meet(1, event);
            below += entries(value);
        }
        return new Yaml.Mapping(entries, entries.size() + below, line(start));
    }

    private Yaml sequence(Event start, int depth) throws SyntaxException {
        List<Yaml> items = new ArrayList<>();
        for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            items.add(node(event, depth + 1));
        }
        return new Yaml.Sequence(items, line(start));
    }

    private static int line(Event event) {
        Optional<Mark> mark = event.getStartMark();
        return mark.map(Mark::getLine).orElse(-1) + 1;
    }
}
