package io.chasqui.rocksdb;

import io.chasqui.broker.storage.disk.DiskException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What RocksDB's errors mean. */
final class Faults {
    private Faults() {}

    static DiskException of(RocksDBException e) {
        return new DiskException(kind(e), String.valueOf(e.getMessage()), e);
    }

    private static DiskException.Kind kind(RocksDBException e) {
        Status status = e.getStatus();
        if (status == null) {
            return DiskException.Kind.FAULT;
        }
        if (status.getSubCode() == Status.SubCode.NoSpace) {
            return DiskException.Kind.NO_ROOM;
        }
        return isDamage(status) ? DiskException.Kind.DAMAGE : DiskException.Kind.FAULT;
    }

    /** Something in the files is not as it was written, or a file is gone. */
    private static boolean isDamage(Status status) {
        String state = status.getState();
        return status.getCode() == Status.Code.Corruption
                || state != null && state.contains("No such file or directory");
    }
}
