package io.chasqui.benchmarks.report;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * What one subscriber sees that asks for all retained messages below a filter, at QoS 0.
 *
 * @param firstMillis from SUBSCRIBE to the first message
 */
record RetainedWalk(double firstMillis, double messagesPerSecond) {
    private static final int PUBLISH = 3;
    private static final int RETAIN = 1;
    private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'w'};

    /** @param messages that are retained below {@code filter}; returns when they are here */
    static RetainedWalk of(int port, String filter, int messages) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 18));
            socket.getOutputStream().write(CONNECT);
            in.skipNBytes(4);
            byte[] name = filter.getBytes(StandardCharsets.UTF_8);
            byte[] subscribe = new byte[7 + name.length];
            subscribe[0] = (byte) 0x82;
            subscribe[1] = (byte) (subscribe.length - 2);
            subscribe[3] = 1; // Packet Identifier
            subscribe[5] = (byte) name.length;
            System.arraycopy(name, 0, subscribe, 6, name.length);
            long begin = System.nanoTime();
            long first = 0;
            socket.getOutputStream().write(subscribe);
            for (int seen = 0; seen < messages; ) {
                int header = in.readUnsignedByte();
                in.skipNBytes(remainingLength(in));
                if (header >> 4 == PUBLISH && (header & RETAIN) != 0) {
                    first = seen++ == 0 ? System.nanoTime() : first;
                }
            }
            return new RetainedWalk((first - begin) / 1e6, messages / ((System.nanoTime() - begin) / 1e9));
        }
    }

    private static int remainingLength(DataInputStream in) throws IOException {
        int length = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int digit = in.readUnsignedByte();
            length |= (digit & 0x7f) << shift;
            if (digit < 0x80) {
                break;
            }
        }
        return length;
    }
}
