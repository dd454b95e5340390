package io.chasqui.server;

import io.chasqui.server.json.Json;
import io.chasqui.server.probe.BrokerInfo;
import io.chasqui.server.probe.TalkException;
import io.chasqui.server.probe.Target;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code chasqui info}: what a broker can, as found by asking it. */
final class InfoCommand {
    private final Console console;
    private final CommandSpec spec = ClientOptions.command(
            this::call,
            "Show what a broker can, any broker: its versions, what its CONNACK promises, and what happens when that"
                    + " is tried. It asks with a few connections, and with messages below chasqui-info/, and leaves"
                    + " nothing behind. -h is the host.");
    private final ClientOptions options = ClientOptions.connectionOf(spec);

    InfoCommand(Console console) {
        this.console = console;
    }

    CommandSpec spec() {
        options.number("Seconds to wait for each answer. Default: 5.", "-W", "--timeout");
        options.flag("Print it as JSON.", "--json");
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ClientOptions.probeExitCodes())
                .footer(
                        "%nExamples:",
                        "  chasqui info -h broker.example",
                        "  chasqui info -L mqtts://ann:secret@broker.example --json | jq .maximum_packet_size.value");
        return spec;
    }

    private int call() throws InterruptedException {
        Target target = options.target();
        int seconds = options.number("-W", 5);
        if (seconds < 1 || seconds > 3_600) {
            throw options.wrong("-W is " + seconds + "; give 1 to 3600 seconds");
        }
        List<BrokerInfo.Finding> findings;
        try {
            findings = BrokerInfo.ask(target, Duration.ofSeconds(seconds));
        } catch (TalkException e) {
            console.fail("info: " + e.getMessage());
            return ExitCode.FAILED;
        }
        console.out().print(options.has("--json") ? Json.of(json(target, findings)) + "\n" : text(target, findings));
        console.out().flush();
        return ExitCode.OK;
    }

    private static Map<String, Object> json(Target target, List<BrokerInfo.Finding> findings) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("broker", target.toString());
        for (BrokerInfo.Finding finding : findings) {
            all.put(finding.name(), Map.of("value", finding.value(), "from", finding.from()));
        }
        return all;
    }

    private static String label(String name) {
        return name.startsWith("mqtt_")
                ? "MQTT " + name.substring("mqtt_".length()).replace('_', '.')
                : name.replace('_', ' ');
    }

    private static String text(Target target, List<BrokerInfo.Finding> findings) {
        StringBuilder out = new StringBuilder(target.toString()).append('\n');
        for (BrokerInfo.Finding finding : findings) {
            String value = finding.value() instanceof Boolean yes
                    ? (yes ? "yes" : "no")
                    : finding.value().toString();
            out.append(String.format(
                    Locale.ROOT,
                    "  %-36s %-44s %s%n",
                    label(finding.name()),
                    value.replaceAll("\\p{Cntrl}", "?"),
                    finding.from()));
        }
        return out.toString();
    }
}
