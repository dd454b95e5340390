package io.chasqui.server;

import io.chasqui.client.MqttException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** What went wrong with a connection, on one line: what the broker or the system said, and what to do about it. */
final class ConnectionAdvice {
    /** How Netty's epoll transport begins its messages. */
    private static final Pattern SYSTEM_CALL =
            Pattern.compile("[a-zA-Z]+\\(\\.\\.\\) failed with error\\(-?[0-9]+\\): ");

    /** How it ends them: with the address once more. */
    private static final Pattern ADDRESS = Pattern.compile(": [^ ]*/[^ ]+:[0-9]+$");

    private ConnectionAdvice() {}

    static String explain(MqttException why) {
        String said = SYSTEM_CALL.matcher(String.valueOf(why.getMessage())).replaceAll("");
        String message = plain(ADDRESS.matcher(said.replace('\n', ' ')).replaceAll(""));
        return message + (why instanceof MqttException.ConnectRefused refused ? advice(refused) : advice(message));
    }

    /** Whether there is no connection because of TLS. */
    static boolean isTls(MqttException why) {
        return why instanceof MqttException.ConnectFailed
                && Stream.<Throwable>iterate(why, each -> each != null, Throwable::getCause)
                        .anyMatch(SSLException.class::isInstance);
    }

    /** Without the names of classes. */
    private static String plain(String message) {
        String place = message.split(": ", 2)[0];
        if (message.contains("PKIX") || message.contains("unable to find valid certification path")) {
            return place + ": TLS: nobody whom we trust has signed its certificate";
        }
        if (message.endsWith("ClosedChannelException")) {
            return place + ": it closed the connection during the handshake";
        }
        if (message.endsWith("FileNotFoundException")) {
            return place + ": there is no such socket";
        }
        return message;
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
        if (message.contains("No such file or directory") || message.endsWith("no such socket")) {
            return "; is the broker running, and is the path right?";
        }
        if (message.contains("UnknownHost")
                || message.contains("Name or service not known")
                || message.contains("resolve")) {
            return "; no such host is known, check -h";
        }
        if (message.endsWith("its certificate")) {
            return "; give the authority that has signed the broker's certificate with --cafile";
        }
        if (message.contains("subject alternative") || message.contains("No name matching")) {
            return "; the certificate is for another host: use its name with -h, or --insecure to try";
        }
        if (message.contains("not an SSL/TLS record") || message.endsWith("during the handshake")) {
            return "; does the broker speak TLS, or WebSocket, on this port?";
        }
        if (message.endsWith("it closed before CONNACK")) {
            return "; does the broker want TLS on this port (--cafile), or another version (-V)?";
        }
        if (message.contains("Cannot assign requested address")) {
            return "; -A has to be an address of this machine";
        }
        return "";
    }
}
