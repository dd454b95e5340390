package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.protocol.ConnAck;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455, section 4.2, and section 6 of MQTT: who gets a WebSocket, and what the others are told. */
class WebSocketHandshakeTest {
    private static final String REQUEST = WebSocketPeer.REQUEST;

    private final Server server = Server.overWebSocket();

    @AfterEach
    void close() {
        server.close();
    }

    private String ask(String request) {
        try (WebSocketPeer peer = new WebSocketPeer(server.port())) {
            return peer.ask(request);
        }
    }

    @Test
    void theKeyIsAnsweredAndNoExtensionIsAgreedOn() {
        server.start();
        String offer = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate";
        assertThat(ask(REQUEST.replace("Sec-WebSocket-Version: 13", offer)).toLowerCase(Locale.ROOT))
                .startsWith("http/1.1 101 ")
                .contains("\r\nupgrade: websocket\r\n", "\r\nconnection: upgrade\r\n")
                .contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n")
                .doesNotContain("extensions", "deflate");
    }

    @ParameterizedTest
    @CsvSource({
        "'mqtt', mqtt",
        "'mqttv3.1', mqttv3.1",
        "'foo, mqtt', mqtt",
        "'foo,mqttv3.1 ,mqtt', mqttv3.1",
    })
    void mqtt5_6_0_0_4_theSubprotocolIsTheFirstOfTheClientsThatIsKnown(String offered, String selected) {
        server.start();
        assertThat(ask(REQUEST.replace("Protocol: mqtt", "Protocol: " + offered)))
                .startsWith("HTTP/1.1 101 ")
                .containsIgnoringCase("\r\nsec-websocket-protocol: " + selected + "\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, POST, 405",
        "/mqtt, /, 404",
        "/mqtt, /mqtts, 404",
        "HTTP/1.1, HTTP/1.0, 400",
        "'Host: localhost', 'X: y', 400",
        "'Host: localhost', 'Host: a\r\nHost: b', 400",
        "'Upgrade: websocket', 'X: y', 426",
        "'keep-alive, Upgrade', 'keep-alive', 426",
        "'Version: 13', 'Version: 8', 426",
        "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZQ==, 400",
        "dGhlIHNhbXBsZSBub25jZQ==, ?, 400",
        "'Sec-WebSocket-Protocol: mqtt', 'X: y', 400",
        "'Protocol: mqtt', 'Protocol: amqp, MQTT', 400",
        "'Host: localhost', 'Host: localhost\r\nContent-Length: 5', 400",
        "'Host: localhost', 'Host: localhost\r\nTransfer-Encoding: chunked', 400",
        "'Host: localhost', 'Host: localhost\r\nOrigin: https://evil.example', 403",
        "'GET /mqtt HTTP/1.1', 'PRI * HTTP/2.0', 400",
        "'GET /mqtt HTTP/1.1', ' ', 400",
    })
    void aRequestThatIsNotAHandshakeIsToldWhy(String part, String instead, int status) {
        server.start();
        try (WebSocketPeer peer = new WebSocketPeer(server.port())) {
            String response = peer.ask(REQUEST.replace(part, instead));
            assertThat(response).startsWith("HTTP/1.1 " + status + " ").containsIgnoringCase("connection: close");
            assertThat(peer.rest()).isNotBlank().endsWith("\n"); // and then the stream ends
            if (status == 426) {
                assertThat(response)
                        .containsIgnoringCase("\r\nupgrade: websocket\r\n")
                        .containsIgnoringCase("\r\nconnection: upgrade\r\n")
                        .containsIgnoringCase("sec-websocket-version: 13");
            }
        }
    }

    @Test
    void mqttOnTheDoorOfWebSocketIsToldSoToo() {
        server.start();
        try (WebSocketPeer peer = new WebSocketPeer(server.port())) {
            peer.sendBytes(WebSocketPeer.join(
                    WebSocketPeer.bytes(SocketClient.hello("c", 0)), "\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            assertThat(peer.response()).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void aGiantHeaderOrLineIsRefusedWhileItComes() {
        server.start();
        String giant = "x".repeat(1 << 20);
        assertThat(ask(REQUEST.replace("localhost", giant))).startsWith("HTTP/1.1 431 ");
        assertThat(ask(REQUEST.replace("/mqtt", "/mqtt?" + giant))).startsWith("HTTP/1.1 414 ");
        String many = "X: y\r\n".repeat(Handshake.MAX_HEADER_BYTES / 4);
        assertThat(ask(REQUEST.replace("Host:", many + "Host:"))).startsWith("HTTP/1.1 431 ");
        assertThat(ask(REQUEST.replace("/mqtt", "/mqtt?token=x"))).startsWith("HTTP/1.1 101 ");
    }

    @Test
    void aHandshakeMayComeByteByByte() {
        server.start();
        try (WebSocketPeer peer = new WebSocketPeer(server.port())) {
            for (byte one : REQUEST.getBytes(StandardCharsets.US_ASCII)) {
                peer.sendBytes(one);
            }
            assertThat(peer.response()).startsWith("HTTP/1.1 101 ");
        }
    }

    /** What comes in one read with the request is the first of the frames. */
    @Test
    void aClientNeedNotWaitForTheResponse() {
        server.start();
        for (int i = 0; i < 8; i++) { // on either loop
            try (WebSocketPeer peer = new WebSocketPeer(server.port())) {
                byte[] hello = WebSocketPeer.binary(WebSocketPeer.bytes(SocketClient.hello("eager" + i, 0)));
                byte[] all = WebSocketPeer.join(REQUEST.getBytes(StandardCharsets.US_ASCII), hello);
                int cut = all.length - i % 4 * 5;
                peer.sendBytes(Arrays.copyOf(all, cut));
                peer.sendBytes(Arrays.copyOfRange(all, cut, all.length));
                assertThat(peer.response()).startsWith("HTTP/1.1 101 ");
                peer.expect(ConnAck.class);
            }
        }
    }

    /** Half requests, refused ones that stay, and sockets without CONNECT hold a place for the connect timeout, no longer. */
    @Test
    void aFloodOfHandshakesEndsWithTheConnectTimeout() {
        server.maxConnections = 60;
        server.connectTimeout = Duration.ofMillis(500);
        server.start();
        List<WebSocketPeer> flood = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            WebSocketPeer half = new WebSocketPeer(server.port());
            half.sendBytes(REQUEST.substring(0, 10 + i).getBytes(StandardCharsets.US_ASCII));
            WebSocketPeer refused = new WebSocketPeer(server.port());
            refused.sendBytes("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            WebSocketPeer silent = new WebSocketPeer(server.port());
            silent.sendBytes(REQUEST.getBytes(StandardCharsets.US_ASCII));
            flood.addAll(List.of(half, refused, silent));
        }
        flood.forEach(WebSocketPeer::rest); // until they are closed
        server.await(figures -> figures.counters().connectionsAccepted == flood.size());
        for (boolean served = false; !served; ) { // for as long as this machine needs more than the timeout
            try (WebSocketPeer client = new WebSocketPeer(server.port())) {
                client.sendBytes(REQUEST.getBytes(StandardCharsets.US_ASCII));
                served = client.rest().startsWith("HTTP/1.1 101 ");
            }
        }
        flood.forEach(WebSocketPeer::close);
    }

    /** A read buffer is large, and a flood of half requests must not hold one each. */
    @Test
    void aHalfRequestIsKeptInABufferOfItsSize() {
        server.start();
        EmbeddedChannel channel = new EmbeddedChannel(Handshake.httpDecoder());
        ByteBuf read = channel.alloc().directBuffer(64 << 10).writeBytes("GET /m".getBytes(StandardCharsets.US_ASCII));
        channel.writeInbound(read);
        assertThat(read.refCnt()).isZero();
        ByteBuf more = channel.alloc()
                .directBuffer(64 << 10)
                .writeBytes("qtt HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        channel.writeInbound(more);
        assertThat(more.refCnt()).isZero();
        HttpRequest request = channel.readInbound();
        assertThat(request.uri()).isEqualTo("/mqtt");
        assertThat(channel.finishAndReleaseAll()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost", "http://localhost:3000", "https://127.0.0.1:8443", "http://[::1]:1"})
    void pagesOfThisMachineMayConnect(String origin) {
        server.start();
        assertThat(ask(REQUEST.replace("Host:", "Origin: " + origin + "\r\nHost:")))
                .startsWith("HTTP/1.1 101 ");
    }
}
