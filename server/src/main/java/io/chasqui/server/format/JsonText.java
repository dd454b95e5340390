package io.chasqui.server.format;

import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Checks JSON (RFC 8259) and lays it out anew, token by token: numbers, escapes, the order of names and names that are there twice stay
 * as they are. Nesting is limited to {@value #MAX_DEPTH} levels, for the text may be a stranger's.
 */
final class JsonText {
    static final int MAX_DEPTH = 512;
    private static final String INDENT = "  ";

    private final String text;
    private final boolean pretty;
    private final StringBuilder out = new StringBuilder();
    private final ArrayDeque<Character> open = new ArrayDeque<>(); // the brackets that will close
    private int at;

    private JsonText(String text, boolean pretty) {
        this.text = text;
        this.pretty = pretty;
    }

    /** On one line without blanks; empty when the text is no JSON. */
    static Optional<String> compact(String text) {
        return new JsonText(text, false).layOut();
    }

    /** On many lines, two blanks a level; empty when the text is no JSON. */
    static Optional<String> pretty(String text) {
        return new JsonText(text, true).layOut();
    }

    private Optional<String> layOut() {
        boolean good = value();
        while (good && !open.isEmpty()) {
            good = next();
        }
        space();
        return good && at == text.length() ? Optional.of(out.toString()) : Optional.empty();
    }

    /** After a value in an object or array: a comma and the next one, or the end. */
    private boolean next() {
        space();
        char close = open.getFirst();
        if (take(close)) {
            open.removeFirst();
            newLine();
            out.append(close);
            return true;
        }
        if (!take(',')) {
            return false;
        }
        out.append(',');
        newLine();
        return close == '}' ? member() : value();
    }

    private boolean member() {
        space();
        if (!string()) {
            return false;
        }
        space();
        if (!take(':')) {
            return false;
        }
        out.append(pretty ? ": " : ":");
        return value();
    }

    /** A value, or the beginning of one that has others in it, with the first of them. */
    private boolean value() {
        while (true) {
            space();
            if (at == text.length()) {
                return false;
            }
            char c = text.charAt(at);
            if (c != '{' && c != '[') {
                return c == '"' ? string() : word();
            }
            at++;
            char close = c == '{' ? '}' : ']';
            space();
            out.append(c);
            if (open.size() == MAX_DEPTH) {
                return false;
            }
            if (take(close)) {
                out.append(close);
                return true;
            }
            open.addFirst(close);
            newLine();
            if (c == '{') {
                return member();
            }
        }
    }

    private boolean string() {
        int start = at;
        if (!take('"')) {
            return false;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                out.append(text, start, at);
                return true;
            }
            if (c < ' ' || c == '\\' && !escape()) {
                return false;
            }
        }
        return false;
    }

    private boolean escape() {
        if (at == text.length()) {
            return false;
        }
        char c = text.charAt(at++);
        if (c != 'u') {
            return "\"\\/bfnrt".indexOf(c) >= 0;
        }
        int end = at + 4;
        while (at < end && at < text.length() && Character.digit(text.charAt(at), 16) >= 0) {
            at++;
        }
        return at == end;
    }

    private boolean word() {
        int start = at;
        while (at < text.length() && "{}[],:\" \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        out.append(word);
        return switch (word) {
            case "true", "false", "null" -> true;
            default -> word.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
        };
    }

    private boolean take(char c) {
        boolean there = at < text.length() && text.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void newLine() {
        if (pretty) {
            out.append('\n').repeat(INDENT, open.size());
        }
    }
}
