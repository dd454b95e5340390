package io.chasqui.broker.transport;

import io.chasqui.broker.tls.TlsConfig.ClientCertificates;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is behind one door: makes the stages of each channel, from the socket inwards. A proxy's header is the first, then TLS,
 * then WebSocket; MQTT is the last. Any loop.
 */
final class Entrance extends ChannelInitializer<Channel> {
    private static final String LAST = "mqtt"; // the name of the last stage

    private final Transport transport;
    private final Door door;
    private final Listener listener;
    private final @Nullable TlsStage tls;

    Entrance(Transport transport, Door door, Listener listener, @Nullable TlsStage tls) {
        this.transport = transport;
        this.door = door;
        this.listener = listener;
        this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (!listener.admit()) {
            channel.close();
            return;
        }
        Station station = transport.stationOf(channel.eventLoop());
        if (channel.hasAttr(AcceptPace.BUSY)) {
            station.core.counters().connectionsBusy++;
            channel.pipeline().addLast(new BusyAnswer(listener, station));
            return;
        }
        Visitor visitor = new Visitor(remote(channel));
        Door.WebSocket webSocket = door.webSocket();
        WebSocketFrames frames = null;
        if (webSocket != null) {
            int maxFrameBytes =
                    Math.max(Transport.READ_BYTES, station.core.policy().maxPacketBytes());
            frames = new WebSocketFrames(maxFrameBytes, webSocket.pingInterval().toNanos());
        }
        channel.pipeline().addLast(LAST, new MqttHandler(transport, listener, channel, visitor, station, frames));
        Stages stages = new Stages(channel.pipeline(), visitor, station, frames);
        if (door.proxies().contains(visitor.address())) {
            stages.add(new ProxyStage(visitor));
        }
        if (door.speech() == Door.Speech.AUTO) {
            boolean plain = door.tls() == null || door.tls().clientCertificates() != ClientCertificates.REQUIRED;
            stages.add(new FirstByte(stages, tls != null, plain));
            return;
        }
        if (tls != null) {
            stages.addTls();
        }
        if (door.speech() == Door.Speech.WEBSOCKET) {
            stages.addWebSocket();
        }
    }

    /** Clients of a Unix domain socket have no address of their own. */
    private SocketAddress remote(Channel channel) {
        return door.unixSocket() == null
                ? channel.remoteAddress()
                : UnixDomainSocketAddress.of(door.unixSocket().path());
    }

    /** The stages of one channel. Confined to its loop. */
    final class Stages {
        private final ChannelPipeline pipeline;
        private final Visitor visitor;
        private final Station station;
        private final @Nullable WebSocketFrames frames;

        Stages(ChannelPipeline pipeline, Visitor visitor, Station station, @Nullable WebSocketFrames frames) {
            this.pipeline = pipeline;
            this.visitor = visitor;
            this.station = station;
            this.frames = frames;
        }

        /** Adds one behind all others but the last. */
        void add(ChannelHandler stage) {
            pipeline.addBefore(LAST, null, stage);
        }

        void addTls() {
            Objects.requireNonNull(tls).addTo(this, pipeline.channel().alloc(), visitor, station.core);
        }

        void addWebSocket() {
            Handshake.addTo(this, Objects.requireNonNull(door.webSocket()), visitor, Objects.requireNonNull(frames));
        }
    }
}
