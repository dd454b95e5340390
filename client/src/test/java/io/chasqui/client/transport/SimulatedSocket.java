package io.chasqui.client.transport;

import io.chasqui.broker.simulation.Line;
import io.chasqui.broker.simulation.SimulatedLoop;
import io.chasqui.protocol.MqttVersion;
import io.chasqui.protocol.TopicNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of a simulated connection: the client's own {@link MqttChannel} in a channel that has a {@link Line} in the
 * place of a socket. Back pressure is true in both directions: what the line has not carried makes the channel unwritable, and who
 * does not read stops the line.
 */
public final class SimulatedSocket implements Line.Client {
    private static final int TURN_BYTES = 64 << 10;

    private final SimulatedLoop loop;
    private final int mostUnderWay;
    private final Socket channel;
    private final MqttChannel mqtt;
    private final ArrayDeque<byte[]> held = new ArrayDeque<>(); // while nobody reads
    private @Nullable Line line;
    private boolean ended; // after what is held

    /** @param mostUnderWay bytes, beyond which the socket takes no more */
    public SimulatedSocket(
            SimulatedLoop loop,
            EventThread thread,
            ByteBufAllocator buffers,
            MqttVersion version,
            long maximumReceivedBytes,
            int mostUnderWay,
            WireListener listener) {
        this.loop = loop;
        this.mostUnderWay = mostUnderWay;
        this.channel = new Socket();
        channel.config().setAllocator(buffers);
        this.mqtt = new MqttChannel(
                channel,
                thread,
                listener,
                MqttChannel.Begins.WHEN_CONNECTED,
                version,
                maximumReceivedBytes,
                TopicNames.UNCACHED,
                TURN_BYTES);
        channel.pipeline().addLast(mqtt);
    }

    private final class Socket extends EmbeddedChannel {
        @Override
        protected void handleOutboundMessage(Object message) {
            ByteBuf bytes = (ByteBuf) message;
            byte[] sent = new byte[bytes.readableBytes()];
            bytes.readBytes(sent).release();
            if (line != null && sent.length > 0) {
                line.send(sent);
                updateWritable();
            }
        }

        @Override
        protected void doBeginRead() {
            if (!held.isEmpty() || ended) {
                loop.execute(SimulatedSocket.this::takeHeld);
            }
        }

        @Override
        protected void doClose() throws Exception {
            super.doClose();
            if (line != null) {
                line.close();
            }
        }
    }

    private void updateWritable() {
        var buffer = channel.unsafe().outboundBuffer();
        if (buffer != null && line != null) {
            buffer.setUserDefinedWritability(1, line.underWay() < mostUnderWay);
        }
    }

    /** The connection is there. On the event thread. */
    public void open(Line newLine) {
        line = newLine;
        mqtt.onConnected();
        channel.runPendingTasks();
    }

    /** There is none to be had. On the event thread. */
    public void fail(Throwable why) {
        mqtt.onFailed(why);
        channel.runPendingTasks();
    }

    /** Netty's own tasks, after each of the client's. */
    void runTasks() {
        channel.runPendingTasks();
    }

    @Override
    public void onBytes(byte[] bytes) {
        loop.post(this, () -> {
            held.add(bytes);
            takeHeld();
        });
    }

    @Override
    public void onEnd() {
        loop.post(this, () -> {
            ended = true;
            takeHeld();
        });
    }

    @Override
    public void onDrained() {
        loop.post(this, () -> {
            updateWritable();
            channel.runPendingTasks();
        });
    }

    private void takeHeld() {
        while (!held.isEmpty() && channel.isOpen() && channel.config().isAutoRead()) {
            byte[] bytes = held.remove();
            channel.pipeline()
                    .fireChannelRead(channel.alloc().buffer(bytes.length).writeBytes(bytes));
            channel.pipeline().fireChannelReadComplete();
            channel.runPendingTasks();
        }
        if (held.isEmpty() && ended && channel.isOpen()) {
            channel.close();
            channel.runPendingTasks();
        }
        if (line != null) {
            line.stopReading(!held.isEmpty());
        }
    }

    /** Fails when something went wrong in the channel that nobody has taken care of. */
    public void check() {
        channel.checkException();
    }
}
