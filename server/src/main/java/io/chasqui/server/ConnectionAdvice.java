package io.chasqui.server;

import io.chasqui.client.MqttException;
import java.util.regex.Pattern;

/** What went wrong with a connection, on one line: what the broker or the system said, and what to do about it. */
final class ConnectionAdvice {
    /** How Netty's epoll transport begins its messages. */
    private static final Pattern SYSTEM_CALL =
            Pattern.compile("[a-zA-Z]+\\(\\.\\.\\) failed with error\\(-?[0-9]+\\): ");

    /** How it ends them: with the address once more. */
    private static final Pattern ADDRESS = Pattern.compile(": [^ ]+/[^ ]+:[0-9]+$");

    private ConnectionAdvice() {}

    static String explain(MqttException why) {
        String said = SYSTEM_CALL.matcher(String.valueOf(why.getMessage())).replaceAll("");
        String message = ADDRESS.matcher(said.replace('\n', ' ')).replaceAll("");
        return message + (why instanceof MqttException.ConnectRefused refused ? advice(refused) : advice(message));
    }

    private static String advice(MqttException.ConnectRefused refused) {
        return switch (refused.reason()) {
            case BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED -> "; give a user and password with -u and -P";
            case UNSUPPORTED_PROTOCOL_VERSION -> "; try another version, such as -V mqttv311";
            case CLIENT_IDENTIFIER_NOT_VALID -> "; choose another Client Identifier with -i";
            case SERVER_UNAVAILABLE, SERVER_BUSY -> "; try again later";
            default -> "";
        };
    }

    private static String advice(String message) {
        if (message.contains("Connection refused")) {
            return "; is the broker running, and are -h and -p right?";
        }
        if (message.contains("No such file or directory")) {
            return "; is the broker running, and is the path right?";
        }
        if (message.contains("UnknownHost")
                || message.contains("Name or service not known")
                || message.contains("resolve")) {
            return "; no such host is known, check -h";
        }
        if (message.contains("PKIX") || message.contains("unable to find valid certification path")) {
            return "; give the authority that has signed the broker's certificate with --cafile";
        }
        if (message.contains("subject alternative") || message.contains("No name matching")) {
            return "; the certificate is for another host: use its name with -h, or --insecure to try";
        }
        if (message.contains("not an SSL/TLS record")) {
            return "; the broker does not speak TLS on this port";
        }
        return "";
    }
}
