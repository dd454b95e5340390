package io.chasqui.broker.transport;

import io.chasqui.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first stage where a proxy has to say who its client is: reads {@link ProxyHeader}, and goes. Confined to its loop. */
final class ProxyStage extends ByteToMessageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyStage.class);

    private final Visitor visitor;

    ProxyStage(Visitor visitor) {
        this.visitor = visitor;
        setCumulator(TlsStage::gather);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        try {
            ProxyHeader.Read header = ProxyHeader.read(in);
            if (header != null) {
                if (header.client() != null) {
                    visitor.comesFrom(header.client());
                }
                context.pipeline().remove(this); // hands on what is behind the header
            }
        } catch (ProtocolException e) {
            LOG.debug("{}: {}", visitor, e.getMessage());
            in.skipBytes(in.readableBytes());
            context.close();
        }
    }
}
