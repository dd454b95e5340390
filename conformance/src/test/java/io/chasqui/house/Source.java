package io.chasqui.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * One Java file of the house, parsed but not compiled.
 *
 * @param path below the repository: {@code <module>/src/<main|test>/java/...}
 */
record Source(Path path, String text, CompilationUnitTree tree, Trees trees) {
    static final String ROOT = "io.chasqui";

    /** Parses files that are given by their path and text. A file that cannot be parsed is the caller's fault. */
    static List<Source> parse(Map<Path, String> texts) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Path> paths = List.copyOf(texts.keySet());
        List<InMemory> files =
                paths.stream().map(path -> new InMemory(path, texts.get(path))).toList();
        List<String> faults = new ArrayList<>();
        JavacTask task = (JavacTask)
                compiler.getTask(null, null, fault -> faults.add(fault.toString()), List.of("-proc:none"), null, files);
        List<Source> sources = new ArrayList<>();
        try {
            for (CompilationUnitTree tree : task.parse()) {
                Path path = Path.of(tree.getSourceFile().toUri().getPath().substring(1));
                sources.add(new Source(path, texts.get(path), tree, Trees.instance(task)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", faults));
        }
        return sources;
    }

    boolean isMain() {
        return path.getName(2).toString().equals("main");
    }

    boolean isPackageInfo() {
        return path.endsWith("package-info.java");
    }

    /** The package without {@code io.chasqui.}: {@code broker.session}. */
    String packageName() {
        String name = tree.getPackageName() == null ? "" : tree.getPackageName().toString();
        return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : name;
    }

    /** A name with dots, such as {@code java.time.Instant.now}; empty where anything but names is in it. */
    static String dotted(Tree tree) {
        return switch (tree) {
            case IdentifierTree identifier -> identifier.getName().toString();
            case MemberSelectTree select -> {
                String front = dotted(select.getExpression());
                yield front.isEmpty() ? "" : front + "." + select.getIdentifier();
            }
            default -> "";
        };
    }

    /** "file:line", which a terminal or an IDE turns into a link. */
    String at(Tree where) {
        return path + ":" + line(positions().getStartPosition(tree, where));
    }

    /** The lines that a declaration takes, without its comment and annotations where it has a body to count. */
    long lines(Tree from, Tree to) {
        long start = positions().getStartPosition(tree, from);
        long end = positions().getEndPosition(tree, to);
        return line(end) - line(start) + 1;
    }

    /** The lines of text blocks, which are read as one thing however long they are. */
    long linesOfText(Tree within) {
        long[] lines = {0};
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitLiteral(LiteralTree literal, Void nothing) {
                lines[0] += lines(literal, literal) - 1;
                return null;
            }
        }.scan(within, null);
        return lines[0];
    }

    long lines() {
        return text.lines().count();
    }

    private long line(long position) {
        return tree.getLineMap().getLineNumber(position);
    }

    private SourcePositions positions() {
        return trees.getSourcePositions();
    }

    private static final class InMemory extends SimpleJavaFileObject {
        private final String text;

        private InMemory(Path path, String text) {
            super(URI.create("memory:///" + path), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
