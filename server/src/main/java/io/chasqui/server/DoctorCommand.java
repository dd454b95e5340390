package io.chasqui.server;

import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.ListenerConfig;
import io.chasqui.client.MqttClient;
import io.chasqui.client.MqttClientBuilder;
import io.chasqui.client.MqttException;
import io.chasqui.client.Received;
import io.chasqui.client.Reconnect;
import io.chasqui.client.transport.Endpoint;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Qos;
import io.chasqui.server.config.ConfigException;
import io.chasqui.server.config.ConfigReader;
import io.chasqui.server.config.Configuration;
import io.chasqui.server.config.Sources;
import io.chasqui.server.config.StoreSettings;
import io.chasqui.server.doctor.BrokerCheck;
import io.chasqui.server.doctor.CertificateCheck;
import io.chasqui.server.doctor.ConfigurationCheck;
import io.chasqui.server.doctor.Finding;
import io.chasqui.server.doctor.Finding.Severity;
import io.chasqui.server.doctor.MachineCheck;
import io.chasqui.server.doctor.ServedCertificate;
import io.chasqui.server.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code chasqui doctor}: looks at a configuration, this machine and a running broker, and says what to do, the worst first. */
final class DoctorCommand {
    private static final int WARNINGS = 3;
    private static final int ERRORS = 4;
    private static final int QUIET_MILLIS = 400; // after the last $SYS topic
    private static final int MAX_TOPICS = 10_000;

    private final Map<String, String> environment;
    private final Console console;
    private final CommandSpec spec = ConfigOptions.addTo(Chasqui.spec(
            this::call,
            "Look at a configuration, this machine and, with --broker, a running broker; say what to do, the worst"
                    + " first. Changes nothing."));

    DoctorCommand(Map<String, String> environment, Console console) {
        this.environment = environment;
        this.console = console;
    }

    CommandSpec spec() {
        text("--broker", "URL", "A running broker to look at, from outside: mqtt[s]://[user:password@]host[:port].");
        text("--cafile", "FILE", "PEM file of authorities to trust, for mqtts://.");
        spec.addOption(OptionSpec.builder("--json")
                .description("One JSON object: findings, and the worst severity.")
                .build());
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "nothing worse than a hint");
        codes.put("2", "the command line is wrong");
        codes.put("" + WARNINGS, "a warning: it will hurt some day");
        codes.put("" + ERRORS, "an error: it does not work, or is open to strangers");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes)
                .footer(
                        "%nExamples:",
                        "  chasqui doctor --config chasqui.yaml",
                        "  chasqui doctor --broker mqtt://localhost:1883 --json");
        return spec;
    }

    private void text(String name, String label, String description) {
        spec.addOption(OptionSpec.builder(name)
                .paramLabel(label)
                .type(String.class)
                .description(description)
                .build());
    }

    private @Nullable String text(String name) {
        return spec.commandLine().getParseResult().matchedOptionValue(name, (String) null);
    }

    private int call() throws InterruptedException {
        List<Finding> findings = new ArrayList<>(here());
        String broker = text("--broker");
        if (broker != null) {
            findings.addAll(there(broker));
        }
        findings.sort(Comparator.comparing(Finding::severity));
        Severity worst = findings.getFirst().severity();
        if (spec.commandLine().getParseResult().hasMatchedOption("--json")) {
            console.out().println(json(findings, worst));
        } else {
            print(findings);
        }
        console.out().flush();
        return switch (worst) {
            case ERROR -> ERRORS;
            case WARNING -> WARNINGS;
            case HINT, OK -> ExitCode.OK;
        };
    }

    private List<Finding> here() {
        Sources sources = ConfigOptions.sources(spec.commandLine().getParseResult(), environment);
        Configuration configuration;
        try {
            configuration = ConfigReader.read(sources);
        } catch (ConfigException e) {
            return e.faults().stream()
                    .map(fault -> new Finding(
                            Severity.ERROR, "configuration", fault.toString(), "correct it: the broker does not start"))
                    .toList();
        }
        BrokerConfig broker = configuration.broker();
        Instant now = Instant.now();
        List<Finding> findings = new ArrayList<>(ConfigurationCheck.check(configuration));
        findings.addAll(CertificateCheck.check(broker.listeners(), now));
        long doors = broker.listeners().stream()
                .mapToLong(ListenerConfig::maxConnections)
                .sum();
        findings.add(MachineCheck.openFiles(Math.min(doors, broker.limits().maxConnections())));
        findings.add(MachineCheck.memory(
                broker.limits().worstCase(), Runtime.getRuntime().maxMemory()));
        findings.add(MachineCheck.clock(configuration.data(), now));
        if (configuration.store().type() != StoreSettings.Type.MEMORY) {
            findings.addAll(MachineCheck.disk(
                    configuration.data(), configuration.store().reserveBytes()));
        }
        return findings;
    }

    /** As a client that comes once, reads what is shown to all, and leaves nothing. */
    private List<Finding> there(String given) throws InterruptedException {
        String url = given.contains("://") ? given : "mqtt://" + given;
        BlockingQueue<Received> shown = new LinkedBlockingQueue<>(MAX_TOPICS);
        List<Finding> findings = new ArrayList<>();
        try (MqttClient client = client(url)) {
            findings.addAll(certificate(url));
            ConnAck connAck = client.connect();
            Map<String, String> figures = new LinkedHashMap<>();
            try {
                client.subscribe("$SYS/broker/#", Qos.AT_MOST_ONCE, shown::offer);
                for (Received each = next(shown); each != null && figures.size() < MAX_TOPICS; each = next(shown)) {
                    figures.put(each.topic(), each.text());
                }
            } catch (MqttException.SubscribeRefused e) {
                figures.clear(); // and it is said that there are none
            }
            findings.addAll(BrokerCheck.check(connAck, figures));
        } catch (MqttException e) {
            findings.add(new Finding(
                    Severity.ERROR, "broker", ConnectionAdvice.explain(e), "a client meets the same, from here"));
        }
        return findings;
    }

    /** Of mqtts:// and wss://. */
    private List<Finding> certificate(String url) {
        Endpoint endpoint = Endpoint.parse(withoutLogin(url));
        String authorities = text("--cafile");
        return endpoint.scheme().isSecure()
                ? ServedCertificate.check(
                        endpoint.host(),
                        endpoint.port(),
                        authorities == null ? null : Path.of(authorities),
                        Instant.now())
                : List.of();
    }

    private static String withoutLogin(String url) {
        int at = url.lastIndexOf('@');
        return at < 0 ? url : url.substring(0, url.indexOf("://") + 3) + url.substring(at + 1);
    }

    private static @Nullable Received next(BlockingQueue<Received> shown) throws InterruptedException {
        return shown.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }

    private MqttClient client(String url) {
        int begin = url.indexOf("://") + 3;
        int at = url.lastIndexOf('@');
        try {
            MqttClientBuilder builder = MqttClient.to(withoutLogin(url)).reconnect(Reconnect.NEVER);
            if (at >= 0) {
                String[] login = url.substring(begin, at).split(":", 2);
                builder.userName(login[0]);
                if (login.length > 1) {
                    builder.password(login[1].getBytes(StandardCharsets.UTF_8));
                }
            }
            String authorities = text("--cafile");
            if (authorities != null) {
                builder.trust(Path.of(authorities));
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private void print(List<Finding> findings) {
        boolean coloured = Console.isColoured();
        for (Finding finding : findings) {
            String severity = finding.severity().name().toLowerCase(Locale.ROOT);
            String padded = String.format("%-8s", severity);
            console.out()
                    .println((coloured ? colour(finding.severity()) + padded + "\u001b[0m" : padded)
                            + String.format("%-14s", finding.area())
                            + finding.what());
            if (!finding.fix().isEmpty()) {
                console.out().println(" ".repeat(22) + "-> " + finding.fix());
            }
        }
    }

    private static String colour(Severity severity) {
        return switch (severity) {
            case ERROR -> "\u001b[1;31m";
            case WARNING -> "\u001b[1;33m";
            case HINT -> "\u001b[36m";
            case OK -> "\u001b[32m";
        };
    }

    private static String json(List<Finding> findings, Severity worst) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("worst", worst.name().toLowerCase(Locale.ROOT));
        all.put(
                "findings",
                findings.stream()
                        .map(each -> {
                            Map<String, Object> fields = new LinkedHashMap<>();
                            fields.put("severity", each.severity().name().toLowerCase(Locale.ROOT));
                            fields.put("area", each.area());
                            fields.put("what", each.what());
                            fields.put("fix", each.fix());
                            return fields;
                        })
                        .toList());
        return Json.of(all);
    }
}
