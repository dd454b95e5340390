package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Those for whom there is no room hear so, each in the language that it speaks, and no handshake is begun. */
class BusyAnswerTest {
    private final Server server = new Server();

    /** One connection a second, nobody may wait, and the first has come. */
    @BeforeEach
    void start() {
        server.change = listener -> listener.withConnectRate(1, 0);
        server.start();
        exhaust();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void exhaust() {
        while (server.figures().counters().connectionsBusy == 0) {
            try (SocketClient client = new SocketClient(server.port())) {
                client.send(SocketClient.hello("first", 0));
                client.next();
            }
        }
    }

    /** Sends, and has what comes back, from the first time that there was no room. */
    private byte[] exchange(byte[] request) throws IOException {
        while (true) {
            long before = server.figures().counters().connectionsBusy;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.setSoTimeout((int) Server.DEADLINE.toMillis());
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
                InputStream in = socket.getInputStream();
                byte[] answer = in.readAllBytes();
                if (server.figures().counters().connectionsBusy > before) {
                    return answer;
                }
            }
        }
    }

    @Test
    void aConnectOfMqtt5Hears0x89() {
        ConnAck answer = null;
        while (answer == null || !answer.reason().isError()) {
            try (SocketClient client = new SocketClient(server.port())) {
                client.send(SocketClient.hello("c", 0));
                answer = (ConnAck) client.next();
            }
        }
        assertThat(answer.reason()).isEqualTo(ReasonCode.SERVER_BUSY);
    }

    @Test
    void aConnectOfMqtt3HearsThatTheServerIsUnavailable() throws IOException {
        byte[] connect = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 'c'};
        assertThat(exchange(connect)).containsExactly(0x20, 2, 0, 3);
    }

    @Test
    void aTlsHandshakeMeetsAnAlert() throws IOException {
        assertThat(exchange(new byte[] {22, 3, 1, 0, 5, 1, 0, 0, 1, 3})).containsExactly(21, 3, 3, 0, 2, 2, 80);
    }

    @Test
    void aRequestForAWebSocketMeets503() throws IOException {
        byte[] answer = exchange("GET /mqtt HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 503 ");
    }

    @Test
    void whatIsNoneOfThemIsClosed() throws IOException {
        assertThat(exchange(new byte[] {0x10, 1, 2, 3, 4})).isEmpty();
        assertThat(exchange(new byte[] {(byte) 0xC0, 0})).isEmpty();
    }
}
