package io.chasqui.server;

import io.chasqui.broker.auth.ClientInfo;
import io.chasqui.broker.auth.Identity;
import io.chasqui.broker.auth.Peer;
import io.chasqui.broker.auth.Rules;
import io.chasqui.broker.auth.Rules.Decision;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.TopicFilter;
import io.chasqui.protocol.TopicName;
import io.chasqui.server.config.ConfigException;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.RuleFile;
import io.chasqui.server.config.SecuritySettings;
import io.chasqui.server.config.SecuritySettings.Authorization.Format;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code chasqui acl test|check}: asks the rules, without a broker. */
final class AclCommand {
    /** What can be said of a client and of what it does; the names of options, and of words in a file of expectations. */
    private static final List<String> WORDS =
            List.of("user", "client", "group", "address", "certificate", "action", "topic", "qos", "retain");

    private final Map<String, String> environment;
    private final Console console;
    private final CommandSpec test = rulesOptions(Chasqui.spec(
            this::test, "Say what the rules decide, and which rule it is. Exit code 0: allowed, 1: denied."));
    private final CommandSpec check = rulesOptions(Chasqui.spec(
            this::check,
            "Compare the rules with a file of expectations, one a line:",
            "allow|deny user=U client=C group=G,G address=A certificate=N action=publish|subscribe|receive topic=T"
                    + " qos=N retain=true"));

    AclCommand(Map<String, String> environment, Console console) {
        this.environment = environment;
        this.console = console;
        for (String word : WORDS) {
            test.addOption(OptionSpec.builder("--" + word)
                    .paramLabel(word.toUpperCase(java.util.Locale.ROOT))
                    .type(String.class)
                    .description(description(word))
                    .build());
        }
        check.addPositional(PositionalParamSpec.builder()
                .paramLabel("FILE")
                .type(Path.class)
                .index("0")
                .arity("1")
                .required(true)
                .description("The expectations.")
                .build());
    }

    private static String description(String word) {
        return switch (word) {
            case "user" -> "The user; none for an anonymous client.";
            case "client" -> "The Client Identifier.";
            case "group" -> "Groups, with commas between.";
            case "address" -> "The client's address.";
            case "certificate" -> "The identity of its certificate.";
            case "action" -> "publish, subscribe, or receive: being sent a message of a subscription.";
            case "topic" -> "The Topic Name, or the Topic Filter to subscribe to.";
            case "qos" -> "0, 1 or 2. Default: 0.";
            default -> "true or false. Default: false.";
        };
    }

    private static CommandSpec rulesOptions(CommandSpec spec) {
        return ConfigOptions.addTo(spec)
                .addOption(OptionSpec.builder("--rules")
                        .paramLabel("RULES")
                        .type(Path.class)
                        .description("The file of rules. Default: authorization.rules of the configuration.")
                        .build())
                .addOption(OptionSpec.builder("--mosquitto")
                        .description("RULES is an acl_file of Mosquitto.")
                        .build());
    }

    CommandSpec spec() {
        CommandSpec spec = Chasqui.help(CommandSpec.create());
        spec.usageMessage()
                .description("Try rules: who may do what, and why.")
                .footer(
                        "%nExamples:",
                        "  chasqui acl test --rules rules.yaml --user ann --action publish --topic greenhouse/1/limit",
                        "  chasqui acl check --rules rules.yaml expectations.txt");
        return spec.addSubcommand("test", test).addSubcommand("check", check);
    }

    /** What is asked, in words. */
    private record Question(Map<String, String> words) {
        private String word(String name, String otherwise) {
            return words.getOrDefault(name, otherwise);
        }

        /** @throws IllegalArgumentException saying what is wrong with it */
        Decision ask(Rules rules) {
            for (String needed : List.of("action", "topic")) {
                if (!words.containsKey(needed)) {
                    throw new IllegalArgumentException("give " + needed);
                }
            }
            ClientInfo client = client();
            String topic = word("topic", "");
            Qos qos = qos();
            return switch (word("action", "")) {
                case "publish" -> rules.publish(client, TopicName.of(topic), qos, retain());
                case "subscribe" -> rules.subscribe(client, TopicFilter.of(topic), qos);
                case "receive" -> rules.receive(client, TopicName.of(topic));
                default -> throw new IllegalArgumentException("action is publish, subscribe or receive");
            };
        }

        private boolean retain() {
            String text = word("retain", "false");
            if (!text.matches("true|false")) {
                throw new IllegalArgumentException("retain is true or false");
            }
            return text.equals("true");
        }

        private Qos qos() {
            String text = word("qos", "0");
            if (!text.matches("[012]")) {
                throw new IllegalArgumentException("qos is 0, 1 or 2");
            }
            return Qos.values()[text.charAt(0) - '0'];
        }

        private ClientInfo client() {
            String certificate = words.get("certificate");
            Peer.Tls tls = certificate == null
                    ? null
                    : new Peer.Tls(
                            "TLSv1.3", "", null, new Peer.Certificate(certificate, certificate, "", Instant.MAX));
            InetAddress address = InetAddress.ofLiteral(word("address", "127.0.0.1"));
            String user = words.get("user");
            Set<String> groups = Stream.of(word("group", "").split(",", -1))
                    .filter(group -> !group.isEmpty())
                    .collect(Collectors.toSet());
            return new ClientInfo(
                    word("client", ""),
                    user,
                    new Peer(new InetSocketAddress(address, 0), tls),
                    "",
                    MqttVersion.V5,
                    new Identity(user, groups, List.of(), Identity.NEVER, "test", true));
        }
    }

    private int test() {
        ParseResult parsed = test.commandLine().getParseResult();
        Map<String, String> words = new LinkedHashMap<>();
        for (String word : WORDS) {
            @Nullable String given = parsed.matchedOptionValue("--" + word, (String) null);
            if (given != null) {
                words.put(word, given);
            }
        }
        return with(parsed, rules -> {
            Decision decision = new Question(words).ask(rules);
            console.out().println(text(decision));
            return decision.allowed() ? ExitCode.OK : ExitCode.FAILED;
        });
    }

    private static String text(Decision decision) {
        String why = decision.rule() == null
                ? "no rule speaks of it"
                : decision.rule().source();
        return (decision.allowed() ? "allowed: " : "denied: ") + why;
    }

    private int check() {
        ParseResult parsed = check.commandLine().getParseResult();
        Path file = parsed.matchedPositionalValue(0, Path.of(""));
        return with(parsed, rules -> {
            List<String> lines = Files.readAllLines(file);
            int checked = 0;
            int wrong = 0;
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (line.isEmpty() || line.startsWith("#")) {
                    continue;
                }
                checked++;
                String fault = compare(line, rules);
                if (fault != null) {
                    wrong++;
                    console.out().println(file + ":" + (i + 1) + ": " + fault);
                }
            }
            console.out().println(checked + " expectations, " + wrong + " not met");
            return wrong == 0 ? ExitCode.OK : ExitCode.FAILED;
        });
    }

    private static @Nullable String compare(String line, Rules rules) {
        String[] parts = line.split("\\s+", -1);
        if (!Set.of("allow", "deny").contains(parts[0])) {
            return "begins with neither allow nor deny";
        }
        Map<String, String> words = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
            if (equals < 0 || !WORDS.contains(name)) {
                return "unknown word " + name + "; known are " + String.join(", ", WORDS);
            }
            words.put(name, parts[i].substring(equals + 1));
        }
        try {
            Decision decision = new Question(words).ask(rules);
            return decision.allowed() == parts[0].equals("allow") ? null : text(decision);
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** Works with rules. */
    private interface Use {
        int with(Rules rules) throws IOException;
    }

    private int with(ParseResult parsed, Use use) {
        try {
            Path file = parsed.matchedOptionValue("--rules", Path.of(""));
            Format format = parsed.hasMatchedOption("--mosquitto") ? Format.MOSQUITTO : Format.CHASQUI;
            if (!SecuritySettings.isGiven(file)) {
                SecuritySettings.Authorization configured = ConfigReader.read(
                                ConfigOptions.sources(parsed, environment))
                        .security()
                        .authorization();
                file = configured.rules();
                format = configured.format();
            }
            if (!SecuritySettings.isGiven(file)) {
                console.fail("there are no rules: give --rules RULES, or authorization.rules in the configuration");
                return ExitCode.USAGE;
            }
            int code = use.with(RuleFile.read(file, format));
            console.out().flush();
            return code;
        } catch (ConfigException e) {
            console.err().print(e.report());
            console.err().flush();
            return ExitCode.CONFIG;
        } catch (RuleFile.RulesException e) {
            e.faults().forEach(fault -> console.err().println(fault));
            console.err().flush();
            return ExitCode.CONFIG;
        } catch (IOException e) {
            console.fail(e.toString());
            return ExitCode.FAILED;
        } catch (IllegalArgumentException e) {
            console.fail(String.valueOf(e.getMessage()));
            return ExitCode.USAGE;
        }
    }
}
