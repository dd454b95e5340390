package io.chasqui.server;

import io.chasqui.server.config.LogLevel;
import io.chasqui.server.config.Sources;
import io.chasqui.server.config.Suggestion;
import io.chasqui.server.logging.Logging;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The entrance: the list of commands, and what all of them have in common. Commands are built with picocli's model and not
 * its annotations, which saves the reflection at each start.
 */
public final class Chasqui {
    // To add a command: its name here, a class with a spec() like those of the others, and a line in command(). One
    // that lives
    // in a module of its own and is not shipped with the server (conformance) has its line in the launcher script
    // instead.
    private static final List<String> COMMANDS = List.of(
            "serve",
            "config",
            "passwd",
            "acl",
            "store",
            "torture",
            "pub",
            "sub",
            "rr",
            "ping",
            "info",
            "bench",
            "shell",
            "doctor",
            "completion",
            "man",
            "pages",
            "warm-up");

    private Chasqui() {}

    private static CommandSpec command(
            String name, Map<String, String> environment, Console console, RunningBroker.Starter starter) {
        return switch (name) {
            case "serve" -> new ServeCommand(environment, console, starter).spec();
            case "config" -> new ConfigCommand(environment, console).spec();
            case "passwd" -> new PasswdCommand(console, System.in).spec();
            case "acl" -> new AclCommand(environment, console).spec();
            case "store" -> new StoreCommand(console).spec();
            case "torture" -> new TortureCommand(console).spec();
            case "pub" -> new PubCommand(console, System.in).spec();
            case "sub" -> new SubCommand(console).spec();
            case "rr" -> new RrCommand(console, System.in).spec();
            case "ping" -> new PingCommand(console).spec();
            case "info" -> new InfoCommand(console).spec();
            case "bench" -> new BenchCommand(console, Console::isTerminal).spec();
            case "shell" -> new ShellCommand(console, System.in, Console.isTerminal()).spec();
            case "doctor" -> new DoctorCommand(environment, console).spec();
            case "completion" -> new PagesCommand(console).completionSpec();
            case "man" -> new PagesCommand(console).manualSpec();
            case "pages" -> new PagesCommand(console).pagesSpec();
            case "warm-up" -> new WarmUpCommand(console, starter).spec();
            default -> throw new IllegalArgumentException(name);
        };
    }

    public static void main(String[] args) {
        Logging.start(LogLevel.WARN); // serve says more when it knows its settings
        System.exit(run(args, System.getenv(), Console.system(), RunningBroker::start));
    }

    /** Runs one command to its end; {@code serve} ends when the process is told to stop. Returns the exit code. */
    static int run(String[] args, Map<String, String> environment, Console console, RunningBroker.Starter starter) {
        Sources plain = PlainServe.read(args, environment);
        if (plain == null) {
            String[] words = orServe(args);
            return commandLine(words[0], environment, console, starter).execute(words);
        }
        try {
            return new Serving(console, starter).run(plain);
        } catch (Exception e) {
            return unexpected(e, console);
        }
    }

    /** @param first word of the command line: where it names a command, the others are not made, which a start would pay for */
    private static CommandLine commandLine(
            String first, Map<String, String> environment, Console console, RunningBroker.Starter starter) {
        CommandSpec root =
                CommandSpec.create().name("chasqui").version(Version.text().split("\n", -1));
        for (String name : COMMANDS.contains(first) ? List.of(first) : COMMANDS) {
            root.addSubcommand(name, command(name, environment, console, starter));
        }
        root.addOption(OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Print the version and exit.")
                .build());
        describe(root);
        CommandLine line = new CommandLine(root)
                .setOut(console.out())
                .setErr(console.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpWidth(100)
                .setExpandAtFiles(false) // a message may begin with @
                .setParameterExceptionHandler((e, _) -> usageError(e, console))
                .setExecutionExceptionHandler((e, _, _) -> unexpected(e, console));
        return line;
    }

    /** All commands, to be looked at. */
    static CommandLine all() {
        return commandLine("", Map.of(), Console.system(), RunningBroker::start);
    }

    private static void describe(CommandSpec root) {
        help(root);
        root.usageMessage()
                .description(
                        "An MQTT broker that loses nothing and explains itself.", "Without a command: chasqui serve.")
                .customSynopsis("chasqui [COMMAND] [OPTIONS]")
                .commandListHeading("%nCommands:%n")
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes())
                .footer("%nExamples:%n  chasqui                                        serve MQTT on 127.0.0.1:1883%n "
                        + " chasqui sub -v -t 'greenhouse/#' -q 1          print what comes%n  chasqui pub -t"
                        + " greenhouse/1/limit -m 28 -r     publish%n  chasqui doctor --broker mqtt://localhost   "
                        + "    what is wrong, and what to do%n%nFrom a source tree: chasqui conformance tries what"
                        + " the standard demands on a running broker.%nchasqui COMMAND --help explains a command."
                        + " All settings: docs/configuration.md");
    }

    /** For the help of every command that can fail in these ways. */
    static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done; for serve: stopped as asked, by Ctrl-C or SIGTERM");
        codes.put("1", "failed while running, such as a port that is in use");
        codes.put("2", "the command line is wrong");
        codes.put("69", "no JDK 25, or no Maven to build with (the launcher says so)");
        codes.put("70", "the build failed (the launcher says where its log is)");
        codes.put("78", "the configuration is wrong");
        return codes;
    }

    /** Adds {@code --help} to a command. */
    static CommandSpec help(CommandSpec spec) {
        Map<String, String> codes = new LinkedHashMap<>(); // of a command that has no others
        codes.put("0", "done, or yes");
        codes.put("1", "failed, or no; the line says why");
        codes.put("2", "the command line is wrong");
        spec.usageMessage()
                .optionListHeading("%nOptions:%n")
                .parameterListHeading("%nParameters:%n")
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes);
        return spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Print this and exit.")
                .build());
    }

    static CommandSpec spec(Callable<Integer> action, String... description) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(action);
        spec.usageMessage().description(description);
        return help(spec);
    }

    private static String[] orServe(String[] args) {
        boolean forRoot = args.length > 0
                && (!args[0].startsWith("-")
                        || List.of("-h", "--help", "-V", "--version").contains(args[0]));
        if (forRoot) {
            return args;
        }
        String[] serve = Arrays.copyOf(new String[] {"serve"}, args.length + 1);
        System.arraycopy(args, 0, serve, 1, args.length);
        return serve;
    }

    private static int usageError(CommandLine.ParameterException e, Console console) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String help = " (" + spec.qualifiedName() + " --help lists all)";
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
            String typed = unmatched.getUnmatched().getFirst();
            String name = typed.contains("=") ? typed.substring(0, typed.indexOf('=')) : typed;
            String what = name.startsWith("-") ? "unknown option " : "unknown command or argument ";
            console.fail(what
                    + name
                    + Suggestion.near(name, known(spec, name))
                            .map(word -> "; did you mean " + word + "?")
                            .orElse("")
                    + help);
        } else {
            console.fail(e.getMessage() + help);
        }
        return ExitCode.USAGE;
    }

    private static Collection<String> known(CommandSpec spec, String typed) {
        Collection<String> names = new TreeSet<>();
        if (typed.startsWith("-")) {
            spec.options().forEach(option -> names.addAll(List.of(option.names())));
        } else {
            spec.subcommands().forEach((name, command) -> {
                if (!command.getCommandSpec().usageMessage().hidden()) {
                    names.add(name);
                }
            });
        }
        return names;
    }

    /** Our bug: the one case in which a stack trace helps. */
    private static int unexpected(Exception e, Console console) {
        console.fail("unexpected: " + e);
        e.printStackTrace(console.err());
        return ExitCode.FAILED;
    }
}
