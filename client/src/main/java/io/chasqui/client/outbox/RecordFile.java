package io.chasqui.client.outbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Records one behind the other in the file {@code outbox.log} of a directory: each its length, the CRC-32C of length and bytes, and the
 * bytes. What a crash has left half-written at the end is cut off when the file is opened; damage in its middle is refused, for what
 * is behind it would be lost without a word. Used by one thread at a time; one process at a time has a directory open.
 */
public final class RecordFile implements Records {
    private static final long MAGIC = 0x4348_4153_4F55_5431L; // "CHASOUT1"
    private static final int HEADER_BYTES = Long.BYTES;
    private static final int FRAME_BYTES = 2 * Integer.BYTES;

    /** Of a record: a packet of MQTT and some more. */
    static final int MAX_RECORD_BYTES = 270 << 20;

    private final Path directory;
    private final FileChannel lockChannel;
    private final List<byte[]> found = new ArrayList<>();
    private FileChannel file;
    private long size; // bytes that are whole

    /**
     * Opens the file of a directory, or makes both.
     *
     * @throws IOException which says what to do when another client has it open, or when it is damaged
     */
    public RecordFile(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        this.lockChannel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock();
            Files.deleteIfExists(temporary());
            if (!Files.exists(path())) {
                create();
            }
            this.file = FileChannel.open(path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            lockChannel.close();
            throw e;
        }
        try {
            read();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void lock() throws IOException {
        FileLock lock;
        try {
            lock = lockChannel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException(directory + " is in use by another client; give each client a directory of its own");
        }
    }

    private Path path() {
        return directory.resolve("outbox.log");
    }

    private Path temporary() {
        return directory.resolve("outbox.new");
    }

    /** Only a file that is whole gets the name. */
    private void create() throws IOException {
        try (FileChannel made = FileChannel.open(
                temporary(),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            writeAll(made, ByteBuffer.allocate(HEADER_BYTES).putLong(MAGIC).flip());
            made.force(true);
        }
        rename();
    }

    private void rename() throws IOException {
        Files.move(temporary(), path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel self = FileChannel.open(directory, StandardOpenOption.READ)) {
            self.force(true);
        }
    }

    private void read() throws IOException {
        long length = file.size();
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        if (length < HEADER_BYTES || !readFully(header, 0) || header.getLong() != MAGIC) {
            throw new IOException(path() + " is no outbox of this version");
        }
        long at = HEADER_BYTES;
        while (at < length) {
            byte[] record = readAt(at, length);
            if (record == null) {
                if (isFollowedByARecord(at, length)) {
                    throw new IOException(path() + " is damaged at byte " + at + " of " + length
                            + ": restore it, or move it away to begin with an empty outbox");
                }
                file.truncate(at); // the end of the last write, which nobody was told of
                break;
            }
            found.add(record);
            at += FRAME_BYTES + record.length;
        }
        size = at;
        file.position(at);
    }

    /** @return null when no whole record is there */
    private byte @Nullable [] readAt(long at, long length) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        if (length - at < FRAME_BYTES || !readFully(frame, at)) {
            return null;
        }
        int bytes = frame.getInt();
        int crc = frame.getInt();
        if (bytes < 1 || bytes > MAX_RECORD_BYTES || length - at - FRAME_BYTES < bytes) {
            return null;
        }
        ByteBuffer record = ByteBuffer.allocate(bytes);
        return readFully(record, at + FRAME_BYTES) && crc(record.array()) == crc ? record.array() : null;
    }

    /** Whether behind a bad record, of which at least the length is right, a good one comes: then it is not the torn end. */
    private boolean isFollowedByARecord(long at, long length) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        if (length - at < FRAME_BYTES || !readFully(frame, at)) {
            return false;
        }
        int bytes = frame.getInt();
        long next = at + FRAME_BYTES + Math.max(bytes, 0);
        return bytes > 0 && next < length && readAt(next, length) != null;
    }

    private boolean readFully(ByteBuffer into, long at) throws IOException {
        for (long from = at; into.hasRemaining(); ) {
            int count = file.read(into, from);
            if (count < 0) {
                return false;
            }
            from += count;
        }
        into.flip();
        return true;
    }

    private static int crc(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(record.length).flip());
        crc.update(record);
        return (int) crc.getValue();
    }

    @Override
    public List<byte[]> found() {
        return List.copyOf(found);
    }

    @Override
    public void forgetFound() {
        found.clear();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void append(List<byte[]> records, boolean force) throws IOException {
        ByteBuffer out = framed(records);
        int bytes = out.remaining();
        try {
            writeAll(file, out);
        } catch (IOException e) {
            file.truncate(size); // no half record may stand before the next one
            file.position(size);
            throw e;
        }
        size += bytes;
        if (force) {
            file.force(false);
        }
    }

    @Override
    public void replace(List<byte[]> records) throws IOException {
        FileChannel made = FileChannel.open(
                temporary(),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            writeAll(made, ByteBuffer.allocate(HEADER_BYTES).putLong(MAGIC).flip());
            writeAll(made, framed(records));
            made.force(true);
            rename();
        } catch (IOException e) {
            made.close();
            throw e;
        }
        file.close();
        file = made;
        size = made.position();
    }

    private static ByteBuffer framed(List<byte[]> records) {
        int bytes = 0;
        for (byte[] record : records) {
            bytes = Math.addExact(bytes, FRAME_BYTES + record.length);
        }
        ByteBuffer out = ByteBuffer.allocate(bytes);
        for (byte[] record : records) {
            out.putInt(record.length).putInt(crc(record)).put(record);
        }
        return out.flip();
    }

    private static void writeAll(FileChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            lockChannel.close();
        }
    }
}
