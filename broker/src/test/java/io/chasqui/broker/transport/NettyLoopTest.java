package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NettyLoopTest {
    @TempDir
    Path directory;

    private final List<String> order = new ArrayList<>(); // of the loop

    /** What goes on in slices by {@link NettyLoop#execute} would have kept the sockets waiting for a second. */
    @Test
    void aSocketThatIsReadyIsReadBeforeTheNextTurn() throws Exception {
        try (MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory())) {
            NettyLoop loop = new NettyLoop((EventLoop) group.next(), 0);
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
            CompletableFuture<Void> accepted = new CompletableFuture<>();
            new ServerBootstrap()
                    .group(group)
                    .channel(NioServerDomainSocketChannel.class)
                    .childHandler(new Reader(accepted))
                    .bind(address)
                    .sync();
            try (SocketChannel client = SocketChannel.open(address)) {
                accepted.get(10, TimeUnit.SECONDS);
                CompletableFuture<Void> done = new CompletableFuture<>();

                loop.execute(() -> {
                    writeByte(client); // is there when the call returns, over a socket of this kind
                    loop.nextTurn(() -> {
                        order.add("next turn");
                        done.complete(null);
                    });
                    loop.execute(() -> order.add("this turn"));
                });

                done.get(10, TimeUnit.SECONDS);
            }
            assertThat(order).containsExactly("this turn", "read", "next turn");
        }
    }

    private static void writeByte(SocketChannel client) {
        try {
            client.write(ByteBuffer.wrap(new byte[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Reader extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Void> accepted;

        Reader(CompletableFuture<Void> accepted) {
            this.accepted = accepted;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            accepted.complete(null);
            context.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            ReferenceCountUtil.release(bytes);
            order.add("read");
        }
    }
}
