package io.chasqui.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of the PROXY protocol, good and bad. */
class ProxyHeaderTest {
    static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String FOUR = "000c" + "c0000207" + "7f000001" + "1234" + "075b"; // 192.0.2.7:4660

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static ByteBuf line(String line) {
        return Unpooled.copiedBuffer(line, StandardCharsets.US_ASCII);
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    @Test
    void aLineOfVersion1IsReadAndWhatFollowsIsLeft() throws ProtocolException {
        ByteBuf in = line("PROXY TCP4 192.0.2.7 127.0.0.1 4660 1883\r\nMQTT");
        assertThat(ProxyHeader.read(in).client()).isEqualTo(at("192.0.2.7", 4660));
        assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("MQTT");
        assertThat(ProxyHeader.read(line("PROXY TCP6 2001:db8::7 ::1 1 2\r\n")).client())
                .isEqualTo(at("2001:db8::7", 1));
        assertThat(ProxyHeader.read(line("PROXY UNKNOWN\r\n")).client()).isNull();
        assertThat(ProxyHeader.read(line("PROXY UNKNOWN ff:: ::1 1 2\r\n")).client())
                .isNull();
    }

    @Test
    void bytesOfVersion2AreReadAndWhatFollowsIsLeft() throws ProtocolException {
        ByteBuf in = Unpooled.wrappedBuffer(bytes(SIGNATURE + "2111" + FOUR + "10"));
        assertThat(ProxyHeader.read(in).client()).isEqualTo(at("192.0.2.7", 4660));
        assertThat(in.readableBytes()).isEqualTo(1);
        String more = "000f" + FOUR.substring(4) + "04" + "0000"; // and something else, of no length
        assertThat(ProxyHeader.read(Unpooled.wrappedBuffer(bytes(SIGNATURE + "2111" + more)))
                        .client())
                .isEqualTo(at("192.0.2.7", 4660));
        String six = "0024" + "20010db8000000000000000000000007" + "0".repeat(31) + "1" + "1234" + "075b";
        assertThat(ProxyHeader.read(Unpooled.wrappedBuffer(bytes(SIGNATURE + "2121" + six)))
                        .client())
                .isEqualTo(at("2001:db8::7", 4660));
        for (String itself :
                new String[] {"20000000", "2000" + FOUR, "21000000", "21310001ff"}) { // LOCAL, UNSPEC, unix
            assertThat(ProxyHeader.read(Unpooled.wrappedBuffer(bytes(SIGNATURE + itself)))
                            .client())
                    .isNull();
        }
    }

    @Test
    void halfAHeaderIsWaitedFor() throws ProtocolException {
        for (byte[] whole : new byte[][] {
            bytes(SIGNATURE + "2111" + FOUR),
            "PROXY TCP4 192.0.2.7 127.0.0.1 4660 1883\r\n".getBytes(StandardCharsets.US_ASCII)
        }) {
            for (int length = 0; length < whole.length; length++) {
                ByteBuf half = Unpooled.copiedBuffer(whole, 0, length);
                assertThat(ProxyHeader.read(half)).isNull();
                assertThat(half.readableBytes()).isEqualTo(length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "PROXY TCP4 192.0.2.7 127.0.0.1 4660\r\n",
                "PROXY TCP4 localhost 127.0.0.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 127.0.0.1 65536 2\r\n",
                "PROXY TCP4 192.0.2.7 127.0.0.1 x 2\r\n",
                "PROXY UDP4 192.0.2.7 127.0.0.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 127.0.0.1 1 2\n"
            })
    void aBadLineIsRefused(String line) {
        assertThatThrownBy(() -> ProxyHeader.read(line(line))).isInstanceOf(ProtocolException.class);
    }

    @Test
    void aLineWithoutEndIsRefusedWhenItIsTooLong() {
        assertThatThrownBy(() -> ProxyHeader.read(line("PROXY " + "x".repeat(200))))
                .hasMessageContaining("more than 107 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1111" + FOUR, "2211" + FOUR, "211100047f000001", "2111ffff", "21210004"})
    void badBytesAreRefused(String hex) {
        String padded = hex.startsWith("2121") ? hex + "00000000" : hex;
        assertThatThrownBy(() -> ProxyHeader.read(Unpooled.wrappedBuffer(bytes(SIGNATURE + padded))))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void networksContainWhatTheySay() {
        Networks networks = new Networks(List.of("10.1.0.0/20", "::1", "2001:db8::/33", "unix"));
        assertThat(networks.contains(at("10.1.15.255", 1))).isTrue();
        assertThat(networks.contains(at("10.1.16.0", 1))).isFalse();
        assertThat(networks.contains(at("::1", 1))).isTrue();
        assertThat(networks.contains(at("::2", 1))).isFalse();
        assertThat(networks.contains(at("2001:db8:7fff::", 1))).isTrue();
        assertThat(networks.contains(at("2001:db8:8000::", 1))).isFalse();
        assertThat(networks.contains(UnixDomainSocketAddress.of("x"))).isTrue();
        assertThat(new Networks(List.of("0.0.0.0/0")).contains(at("255.1.2.3", 1)))
                .isTrue();
        assertThat(new Networks(List.of("0.0.0.0/0")).contains(UnixDomainSocketAddress.of("x")))
                .isFalse();
        for (String bad : new String[] {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "localhost", "10.0.0/8", "/8"}) {
            assertThat(Networks.isNetwork(bad)).describedAs(bad).isFalse();
        }
    }
}
