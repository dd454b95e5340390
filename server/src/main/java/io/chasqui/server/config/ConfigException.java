package io.chasqui.server.config;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. Carries all of its faults; correct them and start again. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 50;

    private final transient List<Fault> faults;

    ConfigException(List<Fault> faults) {
        super(faults.size() + " faults");
        this.faults = faults.stream()
                .sorted(Comparator.comparingLong(fault -> fault.where().order()))
                .toList();
    }

    /** One or more: those of the file from top to bottom, then of the environment, then of the command line. */
    public List<Fault> faults() {
        return faults;
    }

    /** One line a fault, and a count at the end. */
    public String report() {
        String lines = faults.stream().limit(SHOWN).map(fault -> fault + "\n").collect(Collectors.joining());
        String more = faults.size() > SHOWN ? "... and " + (faults.size() - SHOWN) + " more\n" : "";
        return lines + more + (faults.size() == 1 ? "1 fault" : faults.size() + " faults") + " in the configuration\n";
    }
}
