package io.chasqui.server.bench;

/**
 * What happened in about a second of a run.
 *
 * @param phase such as {@code warm-up}, {@code run}, {@code drain}
 * @param atSeconds since the run began, at the end of this second
 * @param seconds how long it was
 * @param sent messages, and for connections those that were opened
 * @param troubled messages repeated, overtaken or refused so far
 * @param p50Micros of the latency of the messages that came in it; 0 when there were none, as are the others
 */
public record Second(
        String phase,
        double atSeconds,
        double seconds,
        long sent,
        long received,
        long troubled,
        double p50Micros,
        double p99Micros,
        double maxMicros) {
    /** Messages a second. */
    public double sentRate() {
        return sent / seconds;
    }

    /** Messages a second. */
    public double receivedRate() {
        return received / seconds;
    }
}
