package io.chasqui.broker.auth;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A range of internet addresses: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address.
 *
 * @param address bytes of the address, those behind the prefix zero
 * @param prefix bits that count
 */
public record Network(Address address, int prefix) {
    /** The bytes of an address, equal by content. */
    public record Address(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Address that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /** @throws IllegalArgumentException with advice when {@code text} is no such range */
    public static Network of(String text) {
        int slash = text.indexOf('/');
        try {
            byte[] bytes = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                    .getAddress();
            int bits = bytes.length * 8;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix < 0 || prefix > bits) {
                throw new IllegalArgumentException();
            }
            return of(bytes, prefix);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("give an address such as 10.1.2.3 or a range such as 10.0.0.0/8", e);
        }
    }

    /** The range of the addresses that begin like {@code address}. */
    static Network of(byte[] address, int prefix) {
        byte[] masked = new byte[address.length];
        for (int i = 0; i < masked.length; i++) {
            int bits = Math.clamp(prefix - 8L * i, 0, 8);
            masked[i] = (byte) (address[i] & (0xff00 >> bits));
        }
        return new Network(new Address(masked), prefix);
    }

    /** Whether {@code other} is in this range. */
    public boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        return bytes.length == address.bytes().length && of(bytes, prefix).equals(this);
    }
}
