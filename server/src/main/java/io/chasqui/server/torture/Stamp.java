package io.chasqui.server.torture;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What a payload says of itself: which run and lane it belongs to and which message of that it is, and a checksum over all
 * its bytes. Plain ASCII, so that it can be read in a broker's own tools.
 *
 * @param lane the number of its {@link Lane}, or of its retained topic or Will
 * @param sequence from 0
 */
record Stamp(int lane, int sequence) {
    /** Run, lane and sequence at their longest, and the checksum. */
    static final int MIN_BYTES = 64;

    private static final Pattern FORM = Pattern.compile("(\\w{1,20}) (\\d{1,9}) (\\d{1,9}) \\.*");
    private static final int CHECKSUM = 8;

    /** @param bytes the length of the payload, {@link #MIN_BYTES} or more */
    byte[] payload(String run, int bytes) {
        String head = run + " " + lane + " " + sequence + " ";
        String text = head + ".".repeat(bytes - CHECKSUM - head.length());
        return (text + checksum(text)).getBytes(StandardCharsets.US_ASCII);
    }

    /** Null when the payload is none of this run's, or not whole. */
    static @Nullable Stamp read(String run, byte[] payload) {
        String all = new String(payload, StandardCharsets.ISO_8859_1);
        if (all.length() < CHECKSUM) {
            return null;
        }
        String text = all.substring(0, all.length() - CHECKSUM);
        Matcher matcher = FORM.matcher(text);
        if (!all.endsWith(checksum(text))
                || !matcher.matches()
                || !matcher.group(1).equals(run)) {
            return null;
        }
        return new Stamp(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3)));
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
