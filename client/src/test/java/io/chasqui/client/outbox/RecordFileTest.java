package io.chasqui.client.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
    @TempDir
    Path directory;

    private static byte[] record(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<String> reopened() throws IOException {
        try (RecordFile file = new RecordFile(directory)) {
            return file.found().stream()
                    .map(record -> new String(record, StandardCharsets.UTF_8))
                    .toList();
        }
    }

    private void write(String... texts) throws IOException {
        try (RecordFile file = new RecordFile(directory)) {
            for (String text : texts) {
                file.append(List.of(record(text)), true);
            }
        }
    }

    @Test
    void whatWasAppendedIsFoundInItsOrder() throws IOException {
        assertThat(reopened()).isEmpty();
        write("a", "bb");
        write("ccc");
        assertThat(reopened()).containsExactly("a", "bb", "ccc");
    }

    @Test
    void aTornEndIsCutOffWhereverItIsTorn() throws IOException {
        write("first", "second");
        byte[] whole = Files.readAllBytes(directory.resolve("outbox.log"));
        int second = whole.length - 8 - "second".length();
        for (int length = second; length < whole.length; length++) {
            Files.write(directory.resolve("outbox.log"), java.util.Arrays.copyOf(whole, length));
            assertThat(reopened()).as("torn at %d", length).containsExactly("first");
            write("third");
            assertThat(reopened()).containsExactly("first", "third");
        }
    }

    @Test
    void aLastRecordWithWrongBytesIsCutOff() throws IOException {
        write("first", "second");
        byte[] bytes = Files.readAllBytes(directory.resolve("outbox.log"));
        bytes[bytes.length - 1] ^= 1;
        Files.write(directory.resolve("outbox.log"), bytes);
        assertThat(reopened()).containsExactly("first");
    }

    @Test
    void damageInTheMiddleIsRefused() throws IOException {
        write("first", "second", "third");
        byte[] bytes = Files.readAllBytes(directory.resolve("outbox.log"));
        bytes[8 + 8 + "first".length() + 8] ^= 1;
        Files.write(directory.resolve("outbox.log"), bytes);
        assertThatThrownBy(this::reopened)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged at byte 21")
                .hasMessageContaining("move it away");
    }

    @Test
    void anotherFileIsRefused() throws IOException {
        Files.writeString(directory.resolve("outbox.log"), "something else");
        assertThatThrownBy(this::reopened).isInstanceOf(IOException.class).hasMessageContaining("is no outbox");
    }

    @Test
    void twoCannotHaveItOpen() throws IOException {
        try (RecordFile file = new RecordFile(directory)) {
            assertThat(file.found()).isEmpty();
            assertThatThrownBy(() -> new RecordFile(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another client");
        }
        assertThat(reopened()).isEmpty();
    }

    @Test
    void replacingLeavesOnlyTheNewRecords() throws IOException {
        write("a", "b", "c");
        try (RecordFile file = new RecordFile(directory)) {
            long before = file.size();
            file.replace(List.of(record("b")));
            assertThat(file.size()).isLessThan(before);
            file.append(List.of(record("d")), false);
        }
        assertThat(reopened()).containsExactly("b", "d");
    }
}
