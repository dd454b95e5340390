package io.chasqui.house;

import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.PackageTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who uses whom among the packages of the house, read from the imports and full names in main code. */
final class Arrows {
    /** From each package to the packages it uses, and from there to one place where it does. */
    private final SortedMap<String, SortedMap<String, String>> used = new TreeMap<>();

    private final SortedSet<String> packages = new TreeSet<>();

    Arrows(List<Source> sources) {
        List<Source> main = sources.stream().filter(Source::isMain).toList();
        main.forEach(source -> packages.add(source.packageName()));
        main.forEach(this::read);
    }

    /** What the code does that the table does not allow. */
    List<String> notIn(Map<String, Set<String>> allowed) {
        List<String> wrong = new ArrayList<>();
        for (String from : packages) {
            Set<String> mayUse = allowed.get(from);
            if (mayUse == null) {
                wrong.add(
                        "package " + from + " has no line in HouseRulesTest.ARROWS: add one that says whom it may use");
                continue;
            }
            used.getOrDefault(from, new TreeMap<>()).forEach((to, where) -> {
                if (!mayUse.contains(to)) {
                    wrong.add(where + " uses " + to + ", which " + from
                            + " may not: turn the dependency round, or add the arrow to HouseRulesTest.ARROWS"
                            + " and the reason to the commit");
                }
            });
        }
        return wrong;
    }

    /** The first circle of packages there is, as one complaint; empty when there is none. */
    static List<String> cycle(Map<String, Set<String>> arrows) {
        Set<String> done = new HashSet<>();
        for (String from : arrows.keySet()) {
            List<String> circle = cycle(from, arrows, new LinkedHashSet<>(), done);
            if (!circle.isEmpty()) {
                return List.of("packages in a circle: " + String.join(" -> ", circle));
            }
        }
        return List.of();
    }

    private static List<String> cycle(
            String at, Map<String, Set<String>> arrows, SequencedSet<String> way, Set<String> done) {
        if (!way.add(at)) {
            List<String> circle = new ArrayList<>(way);
            circle.add(at);
            return circle.subList(circle.indexOf(at), circle.size());
        }
        if (done.add(at)) {
            for (String to : arrows.getOrDefault(at, Set.of())) {
                List<String> circle = cycle(to, arrows, way, done);
                if (!circle.isEmpty()) {
                    return circle;
                }
            }
        }
        way.remove(at);
        return List.of();
    }

    private void read(Source source) {
        String from = source.packageName();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitPackage(PackageTree itself, Void nothing) {
                return null;
            }

            @Override
            public Void visitMemberSelect(MemberSelectTree name, Void nothing) {
                String to = packageIn(Source.dotted(name));
                if (to != null && !to.equals(from)) {
                    used.computeIfAbsent(from, _ -> new TreeMap<>()).putIfAbsent(to, source.at(name));
                }
                return to != null ? null : super.visitMemberSelect(name, null);
            }
        }.scan(source.tree(), null);
    }

    /** The package of the house that a dotted name lies in, or null: the longest that is a prefix of it. */
    private String packageIn(String name) {
        if (!name.startsWith(Source.ROOT + ".")) {
            return null;
        }
        String rest = name.substring(Source.ROOT.length() + 1);
        String longest = null;
        for (String candidate : packages) { // sorted: a longer one comes after its own prefix
            if (rest.startsWith(candidate + ".")) {
                longest = candidate;
            }
        }
        return longest;
    }
}
