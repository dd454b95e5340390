package io.chasqui.interop;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Mosquitto as Debian installs it, on a port of its own. */
final class Mosquitto implements AutoCloseable {
    /** Has {@link RunningBroker} give the tests of a class a Mosquitto for their broker, one for the whole run. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface IsBroker {}

    private final Program program;
    private final Path config;
    final int port;

    private Mosquitto(Program program, Path config, int port) {
        this.program = program;
        this.config = config;
        this.port = port;
    }

    /** Starts one; returns when it listens. Anonymous clients may come in. */
    static Mosquitto start(String... settings) throws IOException, InterruptedException {
        int port = freePort();
        Path config = Files.createTempFile("mosquitto", ".conf");
        Files.writeString(config, """
            user %s
            listener %d 127.0.0.1
            allow_anonymous true
            %s
            """.formatted(System.getProperty("user.name"), port, String.join("\n", settings)));
        String program = Files.isExecutable(Path.of("/usr/sbin/mosquitto")) ? "/usr/sbin/mosquitto" : "mosquitto";
        Program mosquitto = Program.startUnbuffered(program, "-v", "-c", config.toString());
        mosquitto.await("running");
        return new Mosquitto(mosquitto, config, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        program.close();
        Files.deleteIfExists(config);
    }
}
