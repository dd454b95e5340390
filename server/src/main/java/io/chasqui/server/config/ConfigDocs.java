package io.chasqui.server.config;

import io.chasqui.broker.BrokerConfig;
import java.util.List;

/** {@code docs/configuration.md}, from the table of settings. */
public final class ConfigDocs {
    /** The command that writes the file anew. */
    public static final String COMMAND = "./chasqui config docs > docs/configuration.md";

    private static final String HEAD = """
        # Configuration

        <!-- Generated: change Settings.java and run `COMMAND` -->

        Chasqui needs no configuration: without any it listens for MQTT on 127.0.0.1:1883 and lets clients of this machine in.

        Values come from four places; a later one wins:

        1. the defaults below,
        2. one YAML file: the one that `--config FILE` names, or `chasqui.yaml` in the current directory where there is one,
        3. environment variables: `CHASQUI_` and the key in upper case with `_` for `.` and `-`, so that
           `CHASQUI_LISTENERS_MQTT_PORT` is `listeners.mqtt.port`,
        4. the command line: `--set key=value` for any key, `--port N` for the port of the listener `mqtt` (of the first one,
           where none is called so), `--data DIR` for `data`.

        `chasqui config check FILE` says everything that is wrong with a file at once. `chasqui config show` prints the values
        that apply and where each comes from; it takes the same options as `chasqui serve`.

        ```yaml
        # chasqui.yaml
        listeners:
          mqtt:
            port: 1884
        limits:
          max-packet-bytes: 64KiB
          max-session-expiry: 7d
        log-level: debug
        ```

        **Sizes** are bytes, or a number with `KiB`, `MiB`, `GiB` or `TiB`. **Durations** are a number with `ms`, `s`, `m`, `h`
        or `d`. A file is UTF-8, at most 256 KiB, and an unknown key in it is an error. An unknown `CHASQUI_` variable in the
        environment is a warning.

        """;

    private ConfigDocs() {}

    public static String markdown() {
        StringBuilder out = new StringBuilder(HEAD.replace("COMMAND", COMMAND));
        section(
                out,
                "Listeners",
                "The doors of the broker, each under a name of your choice (1 to 32 of `a-z`, `0-9` and `-`). Without"
                        + " any there is one, `mqtt`; with any there are those alone.",
                Setting.ANY_LISTENER);
        section(
                out,
                "TLS of a listener",
                "A section `tls` of the listener. docs/security.md has the whole story.",
                Setting.TLS_OF_LISTENER);
        section(
                out,
                "Limits of a listener",
                "A section `limits` of the listener: what its clients are held to, beside the limits for all.",
                Setting.LIMITS_OF_LISTENER);
        section(
                out,
                "Limits",
                "Everything that a client could otherwise fill or wear out, and the features that are offered."
                    + " `chasqui config show` computes what the broker would hold if every limit were filled at once.",
                "limits.");
        section(
                out,
                "Store",
                "How sessions, their messages and retained messages outlive the process; docs/storage.md has the whole"
                        + " story.",
                "store.");
        Section.SECURITY.forEach(each -> section(out, each.title(), each.text(), each.prefix()));
        section(out, "Others", "", "");
        return out.toString();
    }

    private static void section(StringBuilder out, String title, String text, String prefix) {
        out.append("## ").append(title).append("\n\n");
        if (!text.isEmpty()) {
            out.append(text).append("\n\n");
        }
        out.append("| Key | Default | Values | Meaning |\n|---|---|---|---|\n");
        for (Setting setting : Settings.in(prefix)) {
            List<String> cells = List.of(
                    "`" + setting.key().replace("*", "NAME") + "`",
                    defaultText(setting),
                    values(setting),
                    setting.doc());
            out.append("| ").append(String.join(" | ", cells)).append(" |\n");
        }
        out.append('\n');
    }

    private static String defaultText(Setting setting) {
        if (setting.defaultText() != null) {
            return setting.defaultText();
        }
        Object value = Section.defaultOf(setting).orElseGet(() -> switch (setting.key()) {
            case "data" -> ConfigReader.DEFAULT_DATA;
            case "log-level" -> LogLevel.INFO;
            default -> Records.get(BrokerConfig.DEFAULT, setting.component());
        });
        String text = setting.type().format(value);
        return text.isEmpty() ? "none" : "`" + text + "`";
    }

    private static String values(Setting setting) {
        if (!setting.type().choices().isEmpty()) {
            return "`" + String.join("`, `", setting.type().choices()) + "`";
        }
        String unit = setting.unit().isEmpty() || setting.type().name().equals("size") ? "" : " " + setting.unit();
        String range = setting.range().isEmpty() ? "" : ": " + setting.range() + unit;
        return setting.type().name() + range;
    }
}
