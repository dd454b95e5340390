package io.chasqui.client;

import io.chasqui.broker.simulation.Scheduler;
import io.chasqui.client.outbox.Records;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The disk under an outbox, which outlives the lives of its application. What was forced stays; what was not stays when the process
 * is killed, and of it a beginning when the power is lost.
 */
final class SimulatedRecords {
    private final Scheduler scheduler;
    private List<byte[]> records = new ArrayList<>();
    private int forced; // so many of them
    private long bytes;

    SimulatedRecords(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** The power is lost, too. */
    void losePower() {
        int kept = scheduler.random().nextInt(forced, records.size() + 1);
        records = new ArrayList<>(records.subList(0, kept));
        bytes = records.stream().mapToLong(record -> record.length).sum();
    }

    int size() {
        return records.size();
    }

    /** For the next life. */
    Open open() {
        return new Open();
    }

    final class Open implements Records {
        private List<byte[]> found = List.copyOf(records);
        private boolean dying;

        /** What is being written now is torn. */
        void die() {
            dying = true;
        }

        @Override
        public List<byte[]> found() {
            return found;
        }

        @Override
        public void forgetFound() {
            found = List.of();
        }

        @Override
        public long size() {
            return bytes;
        }

        @Override
        public void append(List<byte[]> more, boolean force) throws IOException {
            int whole = dying ? scheduler.random().nextInt(more.size() + 1) : more.size();
            for (byte[] record : more.subList(0, whole)) {
                records.add(record);
                bytes += record.length;
            }
            if (dying) {
                throw new IOException("the process is dead");
            }
            forced = force ? records.size() : forced;
        }

        @Override
        public void replace(List<byte[]> others) throws IOException {
            if (dying) {
                throw new IOException("the process is dead");
            }
            records = new ArrayList<>(others);
            forced = records.size();
            bytes = others.stream().mapToLong(record -> record.length).sum();
        }

        @Override
        public void close() {}
    }
}
