package io.chasqui.interop;

import io.chasqui.broker.Broker;
import io.chasqui.broker.BrokerConfig;
import io.chasqui.broker.ListenerConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link BrokerUnderTest}: one broker for the whole run, started in this process on a port of the system's
 * choice and closed at the end; or, with {@code -Dinterop.broker=host:port}, one that runs already, and which listens for
 * WebSocket on {@code -Dinterop.websocket=port} of the same host if that is given. Classes that ask for it get {@linkplain Mosquitto another}.
 */
final class RunningBroker implements ParameterResolver {
    private static final Namespace HERE = Namespace.create(RunningBroker.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == BrokerUnderTest.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        boolean mosquitto =
                parameter.getDeclaringExecutable().getDeclaringClass().isAnnotationPresent(Mosquitto.IsBroker.class);
        return context.getRoot()
                .getStore(HERE)
                .getOrComputeIfAbsent(
                        mosquitto ? "mosquitto" : "broker",
                        _ -> mosquitto ? Running.mosquitto() : Running.start(),
                        Running.class)
                .address;
    }

    /** Closed by JUnit when the run ends, as all AutoCloseable values of a store are. */
    private record Running(BrokerUnderTest address, Closeable stop) implements AutoCloseable {
        private static final ListenerConfig WEBSOCKET = new ListenerConfig(
                        "websocket", "127.0.0.1", 0, 10_000, Duration.ofSeconds(10), true)
                .withProtocol(ListenerConfig.Protocol.WEBSOCKET)
                .withWebsocket(List.of(), Duration.ofSeconds(5)); // so that pings come between everything else

        private static ListenerConfig secure() {
            return new ListenerConfig("secure", "127.0.0.1", 0, 10_000, Duration.ofSeconds(10), true)
                    .withProtocol(ListenerConfig.Protocol.AUTO)
                    .withTls(ServerCertificate.get().config())
                    .withWebsocket(List.of(), Duration.ofSeconds(5));
        }

        static Running start() {
            String other = System.getProperty("interop.broker");
            if (other != null) {
                int colon = other.lastIndexOf(':');
                int port = Integer.parseInt(other.substring(colon + 1));
                return new Running(
                        new BrokerUnderTest(
                                other.substring(0, colon), port, Integer.getInteger("interop.websocket", 0), 0),
                        () -> {});
            }
            Broker broker = Broker.start(BrokerConfig.DEFAULT.withListeners(
                    List.of(ListenerConfig.DEFAULT.withPort(0), WEBSOCKET, secure())));
            InetSocketAddress bound = broker.addresses().getFirst();
            int webSocketPort = broker.addresses().get(1).getPort();
            int securePort = broker.addresses().get(2).getPort();
            return new Running(
                    new BrokerUnderTest(bound.getHostString(), bound.getPort(), webSocketPort, securePort),
                    broker::close);
        }

        static Running mosquitto() {
            try {
                Mosquitto mosquitto = Mosquitto.start();
                return new Running(new BrokerUnderTest("127.0.0.1", mosquitto.port, 0, 0), mosquitto::close);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("Mosquitto cannot be started", e);
            }
        }

        @Override
        public void close() throws IOException {
            stop.close();
        }
    }
}
