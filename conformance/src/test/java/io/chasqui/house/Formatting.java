package io.chasqui.house;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How every Java file of the house is laid out: palantir-java-format, 4 spaces, 120 columns. Javadoc is left as its author
 * wrote it. Runs on the JDK that compiles us, for it parses with that JDK's compiler and Maven may run on an older one.
 */
final class Formatting {
    static final String COMMAND = "mvn -q -N -Pformat";

    private static final Formatter FORMATTER = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());

    private Formatting() {}

    /** The text as it should be: laid out, imports in order, those that nobody uses gone. */
    static String format(String source) throws FormatterException {
        return FORMATTER.formatSourceAndFixImports(source);
    }

    /** Rewrites every file of the repository that needs it, and names it. */
    public static void main(String[] args) throws IOException {
        boolean failed = false;
        for (Path file : Sources.javaFiles(Sources.repository())) {
            String source = Files.readString(file);
            try {
                String formatted = format(source);
                if (!formatted.equals(source)) {
                    Files.writeString(file, formatted);
                    System.out.println("formatted " + file);
                }
            } catch (FormatterException e) {
                System.out.println(file + ": " + e.getMessage());
                failed = true;
            }
        }
        if (failed) {
            System.exit(1);
        }
    }
}
