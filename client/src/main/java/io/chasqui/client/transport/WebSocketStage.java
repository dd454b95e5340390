package io.chasqui.client.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.MessageToMessageCodec;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.URI;
import java.util.List;

/** MQTT in the binary frames of a WebSocket (section 6); a packet may be spread over frames (MQTT5-6.0.0-2). */
final class WebSocketStage extends MessageToMessageCodec<WebSocketFrame, ByteBuf> {
    private static final int MAX_HANDSHAKE_BYTES = 64 << 10;
    private static final int MAX_FRAME_BYTES = 256 << 20; // a frame may hold the longest packet

    private WebSocketStage() {}

    static void addTo(ChannelPipeline pipeline, Endpoint endpoint) {
        String scheme = endpoint.scheme().isSecure() ? "wss" : "ws";
        String host = endpoint.host().contains(":") && !endpoint.host().startsWith("[")
                ? "[" + endpoint.host() + "]"
                : endpoint.host();
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create(scheme + "://" + host + ":" + endpoint.port() + endpoint.path()))
                .version(WebSocketVersion.V13)
                .subprotocol("mqtt") // MQTT5-6.0.0-3
                .customHeaders(new DefaultHttpHeaders())
                .maxFramePayloadLength(MAX_FRAME_BYTES)
                .handshakeTimeoutMillis(endpoint.connectTimeout().toMillis())
                .build();
        pipeline.addLast(
                new HttpClientCodec(),
                new HttpObjectAggregator(MAX_HANDSHAKE_BYTES),
                new WebSocketClientProtocolHandler(config),
                new WebSocketStage());
    }

    @Override
    protected void decode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out) {
        if (!(frame instanceof BinaryWebSocketFrame || frame instanceof ContinuationWebSocketFrame)) {
            throw new CorruptedWebSocketFrameException(
                    WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
                    "the server sent a frame that is not binary (MQTT5-6.0.0-1)");
        }
        out.add(frame.content().retain());
    }

    @Override
    protected void encode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
        if (bytes.isReadable()) {
            out.add(new BinaryWebSocketFrame(bytes.retain()));
        }
    }
}
