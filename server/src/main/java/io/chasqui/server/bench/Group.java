package io.chasqui.server.bench;

/**
 * What the members of a shared subscription have seen together: each message should come to one of them, once. Safe on any
 * thread.
 */
final class Group {
    private final Track[] tracks;

    Group(int streams) {
        tracks = new Track[streams];
        for (int i = 0; i < streams; i++) {
            tracks[i] = new Track();
        }
    }

    /** Whether no member had it before. */
    boolean isNew(int stream, long sequence) {
        Track track = tracks[stream];
        synchronized (track) {
            return track.see(sequence) != Track.Sight.REPEATED;
        }
    }
}
