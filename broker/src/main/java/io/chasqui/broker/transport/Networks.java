package io.chasqui.broker.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** A set of networks, such as {@code 10.0.0.0/8}, {@code ::1}, and the word {@code unix} for Unix domain sockets. Immutable. */
public final class Networks {
    private static final String UNIX = "unix";
    private static final Pattern FOUR_PARTS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    /** @param bits of the address that count */
    private record Network(byte[] address, int bits) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            int whole = bits / 8;
            int mask = 0xFF00 >> bits % 8 & 0xFF;
            return Arrays.equals(address, 0, whole, other, 0, whole)
                    && (bits % 8 == 0 || ((address[whole] ^ other[whole]) & mask) == 0);
        }
    }

    private final List<Network> networks;
    private final boolean unix;

    /** @throws IllegalArgumentException when {@link #isNetwork} is false for one of them */
    public Networks(List<String> words) {
        this.unix = words.contains(UNIX);
        this.networks = words.stream()
                .filter(word -> !word.equals(UNIX))
                .map(Networks::parse)
                .toList();
    }

    /** Whether that is an address, or one with the number of its bits that count, or {@code unix}. Asks no name server. */
    public static boolean isNetwork(String word) {
        try {
            return word.equals(UNIX) || parse(word).bits >= 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Network parse(String word) {
        int slash = word.indexOf('/');
        String literal = slash < 0 ? word : word.substring(0, slash);
        if (literal.indexOf(':') < 0 && !FOUR_PARTS.matcher(literal).matches()) {
            throw new IllegalArgumentException(word); // Java takes 10.1 for 10.0.0.1
        }
        byte[] address = InetAddress.ofLiteral(literal).getAddress();
        int most = address.length * 8;
        int bits = slash < 0 ? most : Integer.parseInt(word.substring(slash + 1));
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException(word);
        }
        return new Network(address, bits);
    }

    /** Whether a peer is in one of them. */
    public boolean contains(SocketAddress peer) {
        if (peer instanceof InetSocketAddress inet) {
            return inet.getAddress() != null && contains(inet.getAddress());
        }
        return unix;
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return networks.stream().anyMatch(network -> network.contains(bytes));
    }
}
