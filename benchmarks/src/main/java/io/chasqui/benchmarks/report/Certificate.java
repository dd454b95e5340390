package io.chasqui.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What servers show: P-256, signed by itself, the same for all brokers that are compared. Two PEM files. */
record Certificate(Path certificate, Path key) {
    static Certificate make(Path directory) throws IOException, InterruptedException {
        Certificate made = new Certificate(directory.resolve("server.pem"), directory.resolve("server.key"));
        List<String> command = List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-out",
                made.certificate.toString(),
                "-keyout",
                made.key.toString());
        new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (!Files.isReadable(made.key)) {
            throw new IOException("no certificate could be made: openssl is not there");
        }
        return made;
    }
}
