package io.chasqui.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ids of all statements of the standards, with the version in front ({@code MQTT5-3.3.1-4}, {@code U3-07}), and where
 * a text cites one that is not there.
 */
final class StatementIds {
    static final String LISTS = "conformance/src/main/resources/io/chasqui/conformance";

    private static final Pattern NUMBERED = Pattern.compile("MQTT-(\\d+\\.\\d+\\.\\d+)-(\\d+)");
    private static final Pattern UNNUMBERED = Pattern.compile("U[35]-\\d\\d");

    /** An id, or what looks so much like one that its author must have meant one. */
    private static final Pattern CITED = Pattern.compile("\\b(MQTT[35]?-\\d[\\d.]*(-\\d+)?|U[35]-\\d+)");

    private static final Pattern METHOD = Pattern.compile("\\b(mqtt|u)([35])((?:_\\d+)+)");

    private final Set<String> known = new HashSet<>();
    private final Set<String> sections = new HashSet<>(); // that have a statement

    /** Reads the lists: the first column of every CSV file in {@link #LISTS}. */
    StatementIds(Path repository) {
        try (DirectoryStream<Path> lists = Files.newDirectoryStream(repository.resolve(LISTS), "*.csv")) {
            for (Path list : lists) {
                String version = list.getFileName().toString().startsWith("mqtt-3") ? "MQTT3-" : "MQTT5-";
                for (String line : Files.readAllLines(list)) {
                    String[] cells = line.split(",", 3);
                    String id = cells[0];
                    Matcher numbered = NUMBERED.matcher(id);
                    if (numbered.matches()) {
                        known.add(version + numbered.group(1) + "-" + numbered.group(2));
                        addSection(version + numbered.group(1));
                        addSection(version + cells[1]);
                    } else if (UNNUMBERED.matcher(id).matches()) {
                        known.add(id);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addSection(String section) {
        for (int end = section.length(); end > 0; end = section.lastIndexOf('.', end - 1)) {
            sections.add(section.substring(0, end)); // and the sections that it lies in
        }
    }

    int size() {
        return known.size();
    }

    /** The ids cited in a file, in comments, strings or names of methods, that do not exist. */
    List<String> wrongIn(Source source) {
        List<String> wrong = new ArrayList<>();
        int line = 0;
        for (String text : source.text().lines().toList()) {
            line++;
            String at = source.path() + ":" + line + " ";
            for (Matcher cited = CITED.matcher(text); cited.find(); ) {
                check(at, cited.group(), wrong);
            }
            for (Matcher name = METHOD.matcher(text); name.find(); ) {
                String id = idOf(name);
                if (!sections.contains(sectionOf(name))) {
                    check(at, id, wrong);
                }
            }
        }
        return wrong;
    }

    private void check(String at, String id, List<String> wrong) {
        if (!known.contains(id)) {
            wrong.add(at + id + " is not in the lists of statements in " + LISTS
                    + ": MQTT5-x.y.z-n, MQTT3-x.y.z-n, U5-nn, U3-nn; in a method's name mqtt5_x_y_z_n_, u5_nn_");
        }
    }

    /** mqtt5_3_3_4_9 is MQTT5-3.3.4-9, u5_17 is U5-17. */
    private static String idOf(Matcher name) {
        String numbers = name.group(3).substring(1);
        if (name.group(1).equals("u")) {
            return "U" + name.group(2) + "-" + numbers;
        }
        int last = numbers.lastIndexOf('_');
        return last < 0
                ? "MQTT" + name.group(2) + "-" + numbers
                : "MQTT" + name.group(2) + "-" + numbers.substring(0, last).replace('_', '.') + "-"
                        + numbers.substring(last + 1);
    }

    /** mqtt5_4_8_2 is all of section 4.8.2, where no statement says it alone. */
    private static String sectionOf(Matcher name) {
        return "MQTT" + name.group(2) + "-" + name.group(3).substring(1).replace('_', '.');
    }
}
