package io.chasqui.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Pages about the commands, made from their help: Markdown for {@code docs/commands}, and manual pages in roff. */
final class CommandPages {
    /** The command that writes docs/commands anew. */
    static final String COMMAND = "./chasqui pages docs/commands";

    private static final Pattern FORMAT = Pattern.compile("%([n%])");

    private CommandPages() {}

    /** By file name: a page for each command, with its subcommands, and README.md, which lists them. */
    static Map<String, String> markdown(CommandLine root) {
        Map<String, String> pages = new TreeMap<>();
        StringBuilder index = new StringBuilder(
                        "# Commands\n\n<!-- Generated from the help: run `" + COMMAND + "` -->\n\n")
                .append("What `chasqui COMMAND --help` prints, a page for each command.\n\n")
                .append("| Command | What it does |\n|---|---|\n");
        for (CommandLine command : visible(root)) {
            String name = command.getCommandName();
            pages.put(name + ".md", markdownPage(command));
            index.append("| [")
                    .append(name)
                    .append("](")
                    .append(name)
                    .append(".md) | ")
                    .append(summary(command.getCommandSpec()).replace("|", "\\|"))
                    .append(" |\n");
        }
        index.append("\n```text\n").append(root.getUsageMessage(Ansi.OFF)).append("```\n");
        pages.put("README.md", index.toString());
        return pages;
    }

    private static String markdownPage(CommandLine command) {
        StringBuilder page = new StringBuilder();
        for (CommandLine each : withSubcommands(command)) {
            page.append(page.isEmpty() ? "# " : "\n## ")
                    .append(each.getCommandSpec().qualifiedName())
                    .append(
                            page.indexOf("<!--") >= 0
                                    ? ""
                                    : "\n\n<!-- Generated from the help: run `" + COMMAND + "` -->")
                    .append("\n\n```text\n")
                    .append(each.getUsageMessage(Ansi.OFF))
                    .append("```\n");
        }
        return page.toString();
    }

    /** By file name: chasqui.1, and chasqui-COMMAND.1 for each command and subcommand. */
    static Map<String, String> manual(CommandLine root) {
        Map<String, String> pages = new TreeMap<>();
        for (CommandLine each : withSubcommands(root)) {
            pages.put(fileName(each.getCommandSpec()), manualPage(each));
        }
        return pages;
    }

    private static String fileName(CommandSpec spec) {
        return spec.qualifiedName("-") + ".1";
    }

    private static String manualPage(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        UsageMessageSpec usage = spec.usageMessage();
        String name = spec.qualifiedName("-");
        StringBuilder page =
                new StringBuilder(".TH " + name.toUpperCase(Locale.ROOT) + " 1 \"\" \"Chasqui\" \"Chasqui\"\n");
        page.append(".SH NAME\n").append(roff(name + " - " + summary(spec)));
        page.append(".SH SYNOPSIS\n")
                .append(roff(command.getHelp().synopsis(0).strip().replaceAll("\\s+", " ")));
        page.append(".SH DESCRIPTION\n").append(roff(String.join(" ", lines(usage.description()))));
        entries(page, "PARAMETERS", parameters(spec));
        entries(page, "OPTIONS", options(spec));
        Map<String, String> subcommands = new LinkedHashMap<>();
        visible(command).forEach(each -> subcommands.put(each.getCommandName(), summary(each.getCommandSpec())));
        entries(page, "COMMANDS", subcommands);
        entries(page, "EXIT STATUS", usage.exitCodeList());
        List<String> footer = lines(usage.footer());
        if (!footer.isEmpty()) {
            boolean examples = String.join("", footer).strip().startsWith("Examples:");
            page.append(examples ? ".SH EXAMPLES\n.nf\n" : ".SH NOTES\n");
            footer.stream()
                    .filter(line -> !line.isBlank() && !line.equals("Examples:"))
                    .forEach(line -> page.append(roff(line.strip())));
            page.append(examples ? ".fi\n" : "");
        }
        return page.toString();
    }

    private static Map<String, String> options(CommandSpec spec) {
        Map<String, String> all = new LinkedHashMap<>();
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                String label = option.arity().max() == 0 && option.parameterConsumer() == null
                        ? ""
                        : " " + option.paramLabel();
                all.put(String.join(", ", option.names()) + label, String.join(" ", lines(option.description())));
            }
        }
        return all;
    }

    private static Map<String, String> parameters(CommandSpec spec) {
        Map<String, String> all = new LinkedHashMap<>();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            all.put(parameter.paramLabel(), String.join(" ", lines(parameter.description())));
        }
        return all;
    }

    private static void entries(StringBuilder page, String heading, Map<String, String> entries) {
        if (!entries.isEmpty()) {
            page.append(".SH ").append(heading).append('\n');
            entries.forEach(
                    (term, text) -> page.append(".TP\n.B ").append(roff(term)).append(roff(text)));
        }
    }

    /** One line of text, so that roff takes nothing in it for a request. */
    private static String roff(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return (escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "") + escaped + "\n";
    }

    private static String summary(CommandSpec spec) {
        List<String> description = lines(spec.usageMessage().description());
        return description.isEmpty() ? "" : description.getFirst();
    }

    /** Texts of picocli are formats: {@code %n} and {@code %%} mean what they mean there. */
    private static List<String> lines(String[] formats) {
        List<String> lines = new ArrayList<>();
        for (String format : formats) {
            String text = FORMAT.matcher(format)
                    .replaceAll(match -> Matcher.quoteReplacement(match.group(1).equals("n") ? "\n" : "%"));
            lines.addAll(text.lines().toList());
        }
        return lines;
    }

    /** The command and all below it. */
    private static List<CommandLine> withSubcommands(CommandLine command) {
        List<CommandLine> all = new ArrayList<>(List.of(command));
        visible(command).forEach(each -> all.addAll(withSubcommands(each)));
        return all;
    }

    private static List<CommandLine> visible(CommandLine command) {
        return command.getSubcommands().values().stream()
                .filter(each -> !each.getCommandSpec().usageMessage().hidden())
                .toList();
    }
}
