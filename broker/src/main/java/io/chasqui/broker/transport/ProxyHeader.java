package io.chasqui.broker.transport;

import io.chasqui.protocol.ProtocolException;
import io.chasqui.protocol.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The header that a proxy sends in front of all else, to say who its client is: the PROXY protocol, version 1 (a line of
 * text) and 2 (bytes), by HAProxy. Reads and forgets; knows no channel.
 */
final class ProxyHeader {
    /** Of version 2: fixed part, addresses, and what else is said of the client, which is skipped. */
    static final int MAX_BYTES = 4 << 10;

    private static final int MAX_LINE_BYTES = 107; // of version 1, by its text
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final byte[] WORD = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int FIXED_BYTES = SIGNATURE.length + 4;
    private static final int VERSION_2 = 2;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int TCP_4 = 0x11;
    private static final int TCP_6 = 0x21;

    /**
     * What was read.
     *
     * @param client whom the proxy speaks for; null for itself, or where it does not know
     */
    record Read(@Nullable InetSocketAddress client) {}

    private ProxyHeader() {}

    /**
     * Takes the header from the front of {@code in}.
     *
     * @return null when not all of it has come yet; then nothing is taken
     * @throws ProtocolException when it is none
     */
    static @Nullable Read read(ByteBuf in) throws ProtocolException {
        if (startsWith(in, WORD)) {
            return readLine(in);
        }
        if (startsWith(in, SIGNATURE)) {
            return readBytes(in);
        }
        throw fault("no header of a proxy");
    }

    /** As far as it has come. */
    private static boolean startsWith(ByteBuf in, byte[] prefix) {
        int length = Math.min(prefix.length, in.readableBytes());
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Read readLine(ByteBuf in) throws ProtocolException {
        int most = Math.min(in.readableBytes(), MAX_LINE_BYTES);
        int end = in.indexOf(in.readerIndex(), in.readerIndex() + most, (byte) '\n');
        if (end < 0) {
            if (most == MAX_LINE_BYTES) {
                throw fault("a line of more than 107 bytes");
            }
            return null;
        }
        String line = in.readCharSequence(end + 1 - in.readerIndex(), StandardCharsets.US_ASCII)
                .toString();
        String[] words = line.strip().split(" ", -1);
        if (!line.endsWith("\r\n")) {
            throw fault("a line without CR LF");
        }
        if (words.length >= 2 && words[1].equals("UNKNOWN")) {
            return new Read(null);
        }
        if (words.length != 6 || !words[1].matches("TCP[46]")) {
            throw fault("a line that is not PROXY TCP4|TCP6 client server port port");
        }
        try {
            InetAddress client = InetAddress.ofLiteral(words[2]);
            int port = Integer.parseInt(words[4]);
            if (port < 0 || port > 65_535) {
                throw fault("a port that there is not");
            }
            return new Read(new InetSocketAddress(client, port));
        } catch (IllegalArgumentException e) {
            throw fault("an address or a port that is none");
        }
    }

    private static @Nullable Read readBytes(ByteBuf in) throws ProtocolException {
        if (in.readableBytes() < FIXED_BYTES) {
            return null;
        }
        int start = in.readerIndex() + SIGNATURE.length;
        int version = in.getByte(start) >> 4 & 0xF;
        int command = in.getByte(start) & 0xF;
        int family = in.getByte(start + 1);
        int length = in.getUnsignedShort(start + 2);
        if (version != VERSION_2 || command > PROXY) {
            throw fault("version " + version + ", command " + command);
        }
        if (FIXED_BYTES + length > MAX_BYTES) {
            throw fault("a header of more than 4 KiB");
        }
        if (in.readableBytes() < FIXED_BYTES + length) {
            return null;
        }
        in.skipBytes(FIXED_BYTES);
        ByteBuf body = in.readSlice(length);
        if (command == LOCAL || family != TCP_4 && family != TCP_6) {
            return new Read(null);
        }
        int bytes = family == TCP_4 ? 4 : 16;
        if (length < 2 * bytes + 4) {
            throw fault("addresses of " + length + " bytes");
        }
        return new Read(new InetSocketAddress(address(body, bytes), body.getUnsignedShort(2 * bytes)));
    }

    private static InetAddress address(ByteBuf body, int bytes) {
        try {
            return InetAddress.getByAddress(ByteBufUtil.getBytes(body, 0, bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // 4 and 16 bytes are an address
        }
    }

    private static ProtocolException fault(String detail) {
        return new ProtocolException(ReasonCode.PROTOCOL_ERROR, "PROXY", detail);
    }
}
