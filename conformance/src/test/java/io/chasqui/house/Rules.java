package io.chasqui.house;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;

/** The rules that look at one file, or at the files of one package. Each answers with its complaints, which say what to do. */
final class Rules {
    static final int FILE_LINES = 600;
    static final int METHOD_LINES = 70;

    /** Where time comes from a Loop and everything is confined to one. */
    private static final Set<String> TIMELESS =
            Set.of("broker.session", "broker.routing", "broker.connection", "broker.topic", "broker.message");

    /** Those who write and read packets, which are encoded to and from Netty's buffers. */
    private static final Set<String> MAY_USE_BUFFERS = Set.of("protocol", "server.torture");

    /** Whom sockets are known to, with all the rest of Netty; benchmarks hand over to threads such as the transport has. */
    private static final Set<String> MAY_USE_NETTY = Set.of("broker.transport", "client.transport", "benchmarks");

    private static final Set<String> LOCK_FREE = Set.of("broker.session", "broker.routing", "broker.connection");

    /** The black box cannot bend the clock of the broker it looks at, so statements about time take time. */
    private static final Path MAY_SLEEP = Path.of("conformance/src/main/java/io/chasqui/conformance/suite/Scene.java");

    private static final Pattern EMPTY_NAME = Pattern.compile("Abstract.*|.*(Utils?|Manager|Impl|Helper)");
    private static final Pattern SLEEP = Pattern.compile(
            "(java\\.lang\\.)?Thread\\.sleep|.*TimeUnit\\..*\\.sleep|.*LockSupport\\.park(Nanos|Until)");
    private static final Pattern CLOCK = Pattern.compile(
            "System\\.(currentTimeMillis|nanoTime)|(Instant|Local\\w+|ZonedDateTime)\\.now|Clock\\.system\\w*");
    private static final Pattern LOCK = Pattern.compile("java\\.util\\.concurrent\\.locks\\..*");

    private Rules() {}

    static List<String> size(Source source) {
        List<String> wrong = new ArrayList<>();
        if (source.lines() > FILE_LINES) {
            wrong.add(source.path() + " has " + source.lines() + " lines, more than " + FILE_LINES
                    + ": a file fits a sitting, cut it where two subjects meet");
        }
        scan(source, new Visit() {
            @Override
            public Void visitMethod(MethodTree method, Void nothing) {
                if (method.getBody() != null) {
                    Tree from = method.getReturnType() == null ? method.getBody() : method.getReturnType();
                    long lines = source.lines(from, method) - source.linesOfText(method);
                    if (lines > METHOD_LINES) {
                        wrong.add(source.at(from) + " " + method.getName() + " has " + lines + " lines, more than "
                                + METHOD_LINES + ": keep the branching, move what is straight into helpers");
                    }
                }
                return super.visitMethod(method, null);
            }
        });
        return wrong;
    }

    static List<String> names(Source source) {
        List<String> wrong = new ArrayList<>();
        forEachType(source, (type, _) -> {
            if (EMPTY_NAME.matcher(type.getSimpleName()).matches()) {
                wrong.add(source.at(type) + " " + type.getSimpleName()
                        + ": *Util, *Utils, *Manager, *Impl, *Helper and Abstract* say nothing, name what it is");
            }
        });
        return wrong;
    }

    static List<String> javadoc(Source source) {
        List<String> wrong = new ArrayList<>();
        forEachType(source, (type, path) -> {
            if (isPublic(path) && source.trees().getDocComment(path) == null) {
                wrong.add(source.at(type) + " public type " + type.getSimpleName()
                        + " has no Javadoc: one sentence that says what it is, then thread, units, limits");
            }
        });
        return wrong;
    }

    static List<String> packageInfo(List<Source> sources) {
        Set<String> explained = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (Source source : sources) {
            if (source.isMain() && source.isPackageInfo()) {
                explained.add(source.packageName());
                if (!source.text().startsWith("/**") && !source.text().startsWith("///")) {
                    wrong.add(source.path() + " has no Javadoc: what the package is, what it is not, which thread");
                }
                if (source.tree().getPackageAnnotations().stream()
                        .noneMatch(annotation -> annotation.toString().contains("NullMarked"))) {
                    wrong.add(source.path() + " has no @NullMarked (org.jspecify.annotations)");
                }
            }
        }
        Set<String> silent = new TreeSet<>();
        for (Source source : sources) {
            if (source.isMain() && !explained.contains(source.packageName()) && silent.add(source.packageName())) {
                wrong.add(source.path().getParent() + " has no package-info.java with a Javadoc and @NullMarked");
            }
        }
        return wrong;
    }

    /** Netty ends at the transports: above them nobody knows of sockets and buffers. */
    static List<String> netty(Source source) {
        List<String> wrong = new ArrayList<>();
        if (!source.isMain() || MAY_USE_NETTY.contains(source.packageName())) {
            return wrong;
        }
        String allowed = MAY_USE_BUFFERS.contains(source.packageName()) ? "io.netty.buffer." : "-";
        scan(source, new Visit() {
            @Override
            public Void visitMemberSelect(MemberSelectTree name, Void nothing) {
                if (!Source.dotted(name).startsWith("io.netty.")) {
                    return super.visitMemberSelect(name, null);
                }
                if (!Source.dotted(name).startsWith(allowed)) {
                    wrong.add(
                            source.at(name) + " uses " + name + ": Netty is for " + String.join(" and ", MAY_USE_NETTY)
                                    + " alone, and its buffers for " + String.join(" and ", MAY_USE_BUFFERS));
                }
                return null;
            }
        });
        return wrong;
    }

    static List<String> time(Source source) {
        List<String> wrong = new ArrayList<>();
        boolean timeless = source.isMain() && TIMELESS.contains(source.packageName());
        scan(source, new Visit() {
            @Override
            public Void visitMemberSelect(MemberSelectTree name, Void nothing) {
                if (SLEEP.matcher(Source.dotted(name)).matches()
                        && !source.path().equals(MAY_SLEEP)) {
                    wrong.add(source.at(name) + " sleeps: wait for the event itself, with a latch or a future");
                }
                if (timeless && CLOCK.matcher(Source.dotted(name)).matches()) {
                    wrong.add(source.at(name) + " reads a clock: in " + source.packageName()
                            + " time comes from the Loop, so that the simulation can rule it");
                }
                return super.visitMemberSelect(name, null);
            }
        });
        return wrong;
    }

    static List<String> locks(Source source) {
        List<String> wrong = new ArrayList<>();
        if (!source.isMain() || !LOCK_FREE.contains(source.packageName())) {
            return wrong;
        }
        String cure = ": " + source.packageName() + " is confined to a loop, hand the work to it instead";
        scan(source, new Visit() {
            @Override
            public Void visitMemberSelect(MemberSelectTree name, Void nothing) {
                if (LOCK.matcher(Source.dotted(name)).matches()) {
                    wrong.add(source.at(name) + " uses " + name + cure);
                    return null;
                }
                return super.visitMemberSelect(name, null);
            }

            @Override
            public Void visitSynchronized(SynchronizedTree block, Void nothing) {
                wrong.add(source.at(block) + " synchronizes" + cure);
                return super.visitSynchronized(block, null);
            }

            @Override
            public Void visitModifiers(ModifiersTree modifiers, Void nothing) {
                if (modifiers.getFlags().contains(Modifier.SYNCHRONIZED)) {
                    wrong.add(source.at(modifiers) + " is synchronized" + cure);
                }
                return super.visitModifiers(modifiers, null);
            }
        });
        return wrong;
    }

    /** Public, and so is every type around it. */
    private static boolean isPublic(TreePath path) {
        for (TreePath at = path; at != null; at = at.getParentPath()) {
            boolean inInterface =
                    at.getParentPath() != null && at.getParentPath().getLeaf().getKind() == Tree.Kind.INTERFACE;
            if (at.getLeaf() instanceof ClassTree type
                    && !inInterface
                    && !type.getModifiers().getFlags().contains(Modifier.PUBLIC)) {
                return false;
            }
        }
        return true;
    }

    /** All named types but those inside methods. */
    private static void forEachType(Source source, BiConsumer<ClassTree, TreePath> action) {
        scan(source, new Visit() {
            @Override
            public Void visitClass(ClassTree type, Void nothing) {
                if (!type.getSimpleName().isEmpty()) {
                    action.accept(type, getCurrentPath());
                }
                return super.visitClass(type, null);
            }

            @Override
            public Void visitMethod(MethodTree method, Void nothing) {
                return null;
            }

            @Override
            public Void visitLambdaExpression(LambdaExpressionTree lambda, Void nothing) {
                return null;
            }
        });
    }

    private static void scan(Source source, Visit visit) {
        visit.scan(source.tree(), null);
    }

    private static class Visit extends TreePathScanner<Void, Void> {}
}
