package io.chasqui.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The opening of a WebSocket (RFC 6455, section 4.2): reads one HTTP request and answers it. If all is well it makes room for
 * {@link WebSocketFrames}; if not it says why in a status, and reads nothing any more. How long the whole may take is the
 * affair of {@link MqttHandler}, which waits for CONNECT. Confined to the loop that the channel is on.
 */
final class Handshake extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    /** What we take of a request line, and of all headers together; a larger one is 414 or 431. */
    static final int MAX_LINE_BYTES = 4 << 10;

    static final int MAX_HEADER_BYTES = 16 << 10;

    private static final String FORWARDED_FOR = "X-Forwarded-For";
    private static final List<String> SUBPROTOCOLS = List.of("mqtt", "mqttv3.1");
    private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // of the RFC
    private static final int KEY_BYTES = 16;

    /** Why a request is not taken. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient HttpResponseStatus status;

        Refusal(HttpResponseStatus status, String why) {
            super(why, null, false, false);
            this.status = status;
        }
    }

    private final String path;
    private final Origins origins;
    private final Networks proxies;
    private final Visitor visitor;
    private final WebSocketFrames frames;
    private @Nullable HttpRequest request; // sound, its end has not come yet
    private boolean refused;

    Handshake(Door.WebSocket settings, Visitor visitor, WebSocketFrames frames) {
        this.path = settings.path();
        this.origins = new Origins(settings.origins());
        this.proxies = settings.proxies();
        this.visitor = visitor;
        this.frames = frames;
    }

    /** Adds the stages of a handshake. */
    static void addTo(Entrance.Stages stages, Door.WebSocket settings, Visitor visitor, WebSocketFrames frames) {
        stages.add(httpDecoder());
        stages.add(new HttpResponseEncoder());
        stages.add(new Handshake(settings, visitor, frames));
    }

    /** Keeps half a request in a buffer of its size: the one that it came in is large, and a flood would hold many. */
    static HttpRequestDecoder httpDecoder() {
        HttpRequestDecoder decoder = new HttpRequestDecoder(
                new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE_BYTES).setMaxHeaderSize(MAX_HEADER_BYTES));
        decoder.setCumulator((allocator, kept, read) -> {
            ByteBuf all = kept;
            if (!kept.isReadable()) {
                kept.release();
                all = allocator.heapBuffer(read.readableBytes());
            }
            all.writeBytes(read);
            read.release();
            return all;
        });
        return decoder;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object in) {
        try {
            if (in instanceof HttpRequest received && !refused) {
                check(received);
                request = received;
            }
            if (in instanceof LastHttpContent && request != null) {
                accept(context, request);
            }
        } catch (Refusal refusal) {
            refused = true;
            refuse(context, refusal);
        } finally {
            ReferenceCountUtil.release(in);
        }
    }

    private void check(HttpRequest received) throws Refusal {
        if (received.decoderResult().isFailure()) {
            Throwable cause = received.decoderResult().cause();
            throw switch (cause) {
                case TooLongHttpLineException _ ->
                    new Refusal(HttpResponseStatus.REQUEST_URI_TOO_LONG, "a line of at most 4 KiB, please");
                case TooLongHttpHeaderException _ ->
                    new Refusal(
                            HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers of at most 16 KiB, please");
                default -> new Refusal(HttpResponseStatus.BAD_REQUEST, "that is not HTTP");
            };
        }
        HttpHeaders headers = received.headers();
        require(
                received.protocolVersion().equals(HttpVersion.HTTP_1_1)
                        && headers.getAll(HttpHeaderNames.HOST).size() == 1,
                HttpResponseStatus.BAD_REQUEST,
                "HTTP/1.1 with one Host, please");
        require(
                received.uri().equals(path) || received.uri().startsWith(path + "?"),
                HttpResponseStatus.NOT_FOUND,
                "MQTT is elsewhere on this server");
        require(received.method().equals(HttpMethod.GET), HttpResponseStatus.METHOD_NOT_ALLOWED, "GET, please");
        require(
                headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true),
                HttpResponseStatus.UPGRADE_REQUIRED,
                "here is MQTT over WebSocket");
        require(
                "13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION)),
                HttpResponseStatus.UPGRADE_REQUIRED,
                "Sec-WebSocket-Version: 13, please");
        require(
                headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY).size() == 1
                        && isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY)),
                HttpResponseStatus.BAD_REQUEST,
                "one Sec-WebSocket-Key of 16 bytes in Base64, please");
        require(
                !headers.contains(HttpHeaderNames.TRANSFER_ENCODING) && HttpUtil.getContentLength(received, 0L) == 0,
                HttpResponseStatus.BAD_REQUEST,
                "no body, please");
        require(
                headers.getAll(HttpHeaderNames.ORIGIN).stream().allMatch(origins::allow),
                HttpResponseStatus.FORBIDDEN,
                "pages of this origin may not connect; websocket-origins lists those that may");
        require(
                subprotocol(headers).isPresent(), // MQTT5-6.0.0-3
                HttpResponseStatus.BAD_REQUEST,
                "Sec-WebSocket-Protocol: mqtt, please");
    }

    private static void require(boolean sound, HttpResponseStatus otherwise, String why) throws Refusal {
        if (!sound) {
            throw new Refusal(otherwise, why);
        }
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** The first one of the client's that we know: MQTT5-6.0.0-4. */
    private static Optional<String> subprotocol(HttpHeaders headers) {
        return headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(String::strip)
                .filter(SUBPROTOCOLS::contains)
                .findFirst();
    }

    /**
     * Whom the proxies speak for: each has put the address that it saw behind those that it was told, so the last one
     * that is no proxy of ours is the client. What stands before that anyone may have written.
     */
    private void believeProxies(HttpHeaders headers) throws Refusal {
        List<String> hops = headers.getAll(FORWARDED_FOR).stream()
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(String::strip)
                .toList();
        for (String hop : hops.reversed()) {
            if (!proxies.contains(visitor.address())) {
                return;
            }
            try {
                visitor.comesFrom(new InetSocketAddress(InetAddress.ofLiteral(hop), 0));
            } catch (IllegalArgumentException e) {
                throw new Refusal(HttpResponseStatus.BAD_REQUEST, "addresses in X-Forwarded-For, please");
            }
        }
    }

    private void accept(ChannelHandlerContext context, HttpRequest sound) throws Refusal {
        HttpHeaders asked = sound.headers();
        believeProxies(asked);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptance(asked.get(HttpHeaderNames.SEC_WEBSOCKET_KEY)))
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subprotocol(asked).orElseThrow());
        context.writeAndFlush(response);
        context.pipeline().replace(this, null, frames);
        context.pipeline().remove(HttpResponseEncoder.class);
        context.pipeline().remove(HttpRequestDecoder.class); // gives the bytes behind the request to the frames
    }

    private static String acceptance(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private void refuse(ChannelHandlerContext context, Refusal refusal) {
        LOG.debug("{}: {}: {}", visitor, refusal.status, refusal.getMessage());
        ByteBuf why = Unpooled.copiedBuffer(refusal.getMessage() + "\n", StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, refusal.status, why);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, why.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (refusal.status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        } else if (refusal.status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET.name());
        }
        // The client reads the answer and closes, or is closed when the time for CONNECT is up. At once could destroy
        // it.
        context.writeAndFlush(response).addListener(_ -> TlsStage.endOutput(context.channel()));
    }
}
