package io.chasqui.server.config;

import java.nio.file.Path;

/** Where a value was given, as shown to the operator. */
public sealed interface Origin {
    /** Nowhere: the value that a setting has when nobody gives one. */
    record Default() implements Origin {
        @Override
        public String toString() {
            return "default";
        }
    }

    /** @param line counted from 1; 0 for the file as a whole */
    record InFile(Path file, int line) implements Origin {
        @Override
        public String toString() {
            return line == 0 ? file.toString() : file + ":" + line;
        }
    }

    /** @param name the variable */
    record Environment(String name) implements Origin {
        @Override
        public String toString() {
            return "environment " + name;
        }
    }

    /** @param argument as it was typed: {@code --set key=value} or {@code --port 1884} */
    record CommandLine(String argument) implements Origin {
        @Override
        public String toString() {
            return "command line " + argument;
        }
    }

    /** Faults are reported in this order: the file from top to bottom, the environment, the command line. */
    default long order() {
        return switch (this) {
            case InFile(Path _, int line) -> line;
            case Environment _ -> 1L << 32;
            case CommandLine _ -> 1L << 33;
            case Default _ -> 1L << 34;
        };
    }
}
