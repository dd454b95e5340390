package io.chasqui.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What {@code rr --serve} answers.
 *
 * @param payload not to be modified
 * @param fault why the command has failed, or null
 */
record RrAnswer(byte[] payload, @Nullable String fault) {
    private static final int MOST_BYTES = 16 << 20; // of a command's output

    /**
     * Runs a command and returns its output.
     *
     * @param command for {@code sh -c}; gets {@code input} as its standard input
     * @param seconds after which it is killed
     */
    static RrAnswer of(String command, String topic, byte[] input, int seconds) {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("MQTT_TOPIC", topic);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new RrAnswer(new byte[0], "the command cannot be started: " + e.getMessage());
        }
        Thread.startVirtualThread(() -> feed(process, input));
        CompletableFuture<byte[]> output = new CompletableFuture<>();
        Thread.startVirtualThread(() -> read(process, output));
        try {
            byte[] payload = output.get(seconds, TimeUnit.SECONDS);
            if (payload.length > MOST_BYTES) {
                return new RrAnswer(new byte[0], "the command printed more than " + (MOST_BYTES >> 20) + " MiB");
            }
            int code = process.waitFor();
            return new RrAnswer(payload, code == 0 ? null : "the command ended with exit code " + code);
        } catch (TimeoutException e) {
            return new RrAnswer(new byte[0], "the command did not end within " + seconds + " s");
        } catch (ExecutionException e) {
            return new RrAnswer(new byte[0], "the output of the command cannot be read: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new RrAnswer(new byte[0], "interrupted");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void feed(Process process, byte[] input) {
        try (OutputStream out = process.getOutputStream()) {
            out.write(input);
        } catch (IOException endedWithoutReading) {
            // which it may
        }
    }

    private static void read(Process process, CompletableFuture<byte[]> output) {
        try (InputStream in = process.getInputStream()) {
            output.complete(in.readNBytes(MOST_BYTES + 1));
        } catch (IOException e) {
            output.completeExceptionally(e);
        }
    }
}
