package io.chasqui.server;

import io.chasqui.server.auth.PasswordFile;
import io.chasqui.server.config.SecuritySettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code chasqui passwd create|change|delete|verify}: the users of a password file. A password is asked for at the terminal or
 * read from a file; never an argument, which every user of the machine could see.
 */
final class PasswdCommand {
    private static final int MAX_BYTES = 65_535;

    private final Console console;
    private final InputStream in;

    PasswdCommand(Console console, InputStream in) {
        this.console = console;
        this.in = in;
    }

    CommandSpec spec() {
        CommandSpec spec = Chasqui.help(CommandSpec.create());
        spec.usageMessage()
                .description("Change the users of a password file; a running broker takes notice.")
                .footer(
                        "%nExamples:",
                        "  chasqui passwd create passwords ann",
                        "  echo 'the password' | chasqui passwd verify passwords ann");
        return spec.addSubcommand(
                        "create",
                        command("Add a user; the file is made where there is none.", this::create, true, true))
                .addSubcommand("change", command("Give a user a new password.", this::change, true, true))
                .addSubcommand("delete", command("Take a user away.", this::delete, false, false))
                .addSubcommand("verify", command("Say whether a password is the user's.", this::verify, true, false));
    }

    /** What one of the commands does. */
    private interface Action {
        int run(ParseResult parsed, Path file, String user) throws IOException;
    }

    private CommandSpec command(String description, Action action, boolean password, boolean stores) {
        CommandSpec[] self = new CommandSpec[1];
        CommandSpec spec = Chasqui.spec(() -> run(self[0].commandLine().getParseResult(), action), description);
        self[0] = spec;
        spec.addPositional(positional("0", "FILE", Path.class, "The password file."));
        spec.addPositional(positional("1", "USER", String.class, "The user name."));
        if (password) {
            spec.addOption(OptionSpec.builder("--password-file")
                    .paramLabel("FILE")
                    .type(String.class)
                    .description("Read the password from the first line of FILE; - is standard input. Default: ask.")
                    .build());
        }
        if (stores) {
            spec.addOption(OptionSpec.builder("--scram")
                    .description("Store verifiers for SCRAM-SHA-256 and SCRAM-SHA-512, too.")
                    .build());
        }
        return spec;
    }

    private static PositionalParamSpec positional(String index, String label, Class<?> type, String description) {
        return PositionalParamSpec.builder()
                .index(index)
                .arity("1")
                .required(true)
                .paramLabel(label)
                .type(type)
                .description(description)
                .build();
    }

    private int run(ParseResult parsed, Action action) {
        Path file = parsed.matchedPositionalValue(0, Path.of(""));
        String user = parsed.matchedPositionalValue(1, "");
        try {
            int code = action.run(parsed, file, user);
            console.out().flush();
            return code;
        } catch (NoSuchFileException e) {
            console.fail(e.getFile() + ": there is no such file");
        } catch (IOException | IllegalArgumentException e) {
            console.fail(String.valueOf(e.getMessage()));
        }
        return ExitCode.FAILED;
    }

    private int create(ParseResult parsed, Path file, String user) throws IOException {
        PasswordFile passwords = new PasswordFile(file);
        if (passwords.contains(user)) {
            console.fail(user + " is there already; chasqui passwd change gives a new password");
            return ExitCode.FAILED;
        }
        return put(parsed, passwords, user, "created");
    }

    private int change(ParseResult parsed, Path file, String user) throws IOException {
        PasswordFile passwords = new PasswordFile(file);
        return passwords.contains(user) ? put(parsed, passwords, user, "changed") : unknown(file, user);
    }

    private int put(ParseResult parsed, PasswordFile passwords, String user, String done) throws IOException {
        List<String> mechanisms = parsed.hasMatchedOption("--scram") ? SecuritySettings.Scram.MECHANISMS : List.of();
        passwords.put(user, password(parsed, true), mechanisms);
        console.out().println(user + ": " + done);
        return ExitCode.OK;
    }

    private int delete(ParseResult parsed, Path file, String user) throws IOException {
        PasswordFile passwords = new PasswordFile(file);
        if (!passwords.contains(user)) {
            return unknown(file, user);
        }
        passwords.delete(user);
        console.out().println(user + ": deleted");
        return ExitCode.OK;
    }

    private int verify(ParseResult parsed, Path file, String user) throws IOException {
        if (new PasswordFile(file).verify(user, password(parsed, false))) {
            console.out().println(user + ": that is the password");
            return ExitCode.OK;
        }
        console.fail(user + ": that is not the password, or there is no such user");
        return ExitCode.FAILED;
    }

    private int unknown(Path file, String user) {
        console.fail("there is no user " + user + " in " + file);
        return ExitCode.FAILED;
    }

    private byte[] password(ParseResult parsed, boolean twice) throws IOException {
        @Nullable String from = parsed.matchedOptionValue("--password-file", (String) null);
        if (from == null) {
            return ask(twice);
        }
        if (from.equals("-")) {
            return firstLine(in);
        }
        try (InputStream file = Files.newInputStream(Path.of(from))) {
            return firstLine(file);
        }
    }

    private static byte[] firstLine(InputStream from) throws IOException {
        byte[] bytes = from.readNBytes(MAX_BYTES + 3);
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        if (end > 0 && bytes[end - 1] == '\r') {
            end--;
        }
        if (end > MAX_BYTES) {
            throw new IOException("a password has 1 to " + MAX_BYTES + " bytes");
        }
        return Arrays.copyOf(bytes, end);
    }

    private static byte[] ask(boolean twice) throws IOException {
        java.io.Console terminal = Objects.requireNonNull(System.console());
        if (!terminal.isTerminal()) {
            throw new IOException("there is no terminal to ask for the password; give --password-file FILE");
        }
        char[] first = terminal.readPassword("Password: ");
        char[] second = twice ? terminal.readPassword("Again: ") : first;
        if (first == null || second == null) {
            throw new IOException("no password was given");
        }
        if (!Arrays.equals(first, second)) {
            throw new IOException("the two are not the same");
        }
        return new String(first).getBytes(StandardCharsets.UTF_8);
    }
}
