package io.chasqui.rocksdb;

/** What a write that has returned survives. */
public enum Durability {
    /** The loss of power, too: each write waits until the log is on the disk. */
    SYNC,
    /** The end of the process, but not of the operating system, which writes when it likes. */
    ASYNC,
    /** An orderly stop. */
    NONE
}
