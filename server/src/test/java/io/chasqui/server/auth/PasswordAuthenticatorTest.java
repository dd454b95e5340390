package io.chasqui.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chasqui.broker.auth.Authenticator.Accepted;
import io.chasqui.broker.auth.Authenticator.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordAuthenticatorTest {
    @TempDir
    Path folder;

    private Path file;
    private final Workers workers = new Workers("test", 1, 2);
    private PasswordAuthenticator users;

    @BeforeEach
    void users() throws IOException {
        file = folder.resolve("passwords");
        Files.writeString(
                file,
                "# who may come\n\nann:" + HashTest.STORED.get(0) + "\nbob:" + HashTest.STORED.get(1) + "\ncat:"
                        + HashTest.QUICK.hash(HashTest.bytes("meow")).text() + "\n"
                        + "dan:"
                        + Verifier.make("SCRAM-SHA-256", HashTest.bytes("x"), 4_096)
                                .text() + "\n");
        users = new PasswordAuthenticator(file, HashTest.QUICK, true, workers);
        users.read(file);
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private Verdict ask(@Nullable String user, @Nullable String password) {
        return users.authenticate(People.named("c", user), password == null ? null : HashTest.bytes(password))
                .toCompletableFuture()
                .join();
    }

    @Test
    void rightWrongAndMissing() {
        for (String user : List.of("ann", "bob")) {
            assertThat(ask(user, "secret"))
                    .isInstanceOfSatisfying(
                            Accepted.class,
                            yes -> assertThat(yes.identity().user()).isEqualTo(user));
            assertThat(ask(user, "secre")).isEqualTo(PasswordAuthenticator.REFUSED);
            assertThat(ask(user, "")).isEqualTo(PasswordAuthenticator.REFUSED);
            assertThat(ask(user, null)).isEqualTo(PasswordAuthenticator.REFUSED);
        }
        assertThat(ask("cat", "meow")).isInstanceOf(Accepted.class);
        assertThat(ask("dan", "x")).as("SCRAM alone").isEqualTo(PasswordAuthenticator.REFUSED);
        assertThat(ask("eve", "secret")).isEqualTo(Verdict.NEXT);
        assertThat(ask(null, "secret")).isEqualTo(Verdict.NEXT);
        assertThat(ask("", "secret")).isEqualTo(Verdict.NEXT);
    }

    @Test
    void hostileNamesAndPasswordsAreOnlyNames() {
        assertThat(ask("ann:" + HashTest.STORED.getFirst(), "secret")).isEqualTo(Verdict.NEXT);
        assertThat(ask("x".repeat(65_535), "y".repeat(65_535))).isEqualTo(Verdict.NEXT);
        assertThat(ask("ann\n", "secret")).isEqualTo(Verdict.NEXT);
        assertThat(ask("ann", "s".repeat(65_535))).isEqualTo(PasswordAuthenticator.REFUSED);
    }

    @Test
    void aWeakHashIsReplacedAtLoginAndNothingElse() throws IOException {
        List<String> before = Files.readAllLines(file);
        ask("bob", "wrong");
        assertThat(Files.readAllLines(file)).isEqualTo(before);
        ask("bob", "secret");
        List<String> after = Files.readAllLines(file);
        assertThat(after.get(3)).startsWith("bob:$argon2id$");
        after.set(3, before.get(3));
        assertThat(after).isEqualTo(before);
        assertThat(ask("bob", "secret")).isInstanceOf(Accepted.class);
        assertThat(ask("bob", "wrong")).isEqualTo(PasswordAuthenticator.REFUSED);
    }

    @Test
    void aFileWithAFaultIsNotTakenAndSaysWhere() throws IOException {
        Files.writeString(file, "ann:" + HashTest.STORED.getFirst() + "\nbob:s3cr3t\n");
        assertThatThrownBy(() -> users.read(file))
                .hasMessageContaining("passwords:2: ")
                .hasMessageNotContaining("s3cr3t");
        assertThat(ask("cat", "meow")).as("what was read before stays").isInstanceOf(Accepted.class);
        Files.writeString(file, "just words\n");
        assertThatThrownBy(() -> users.read(file)).hasMessageContaining("chasqui passwd create");
        Files.writeString(file, "a:" + HashTest.STORED.getFirst() + "\na:" + HashTest.STORED.getFirst() + "\n");
        assertThatThrownBy(() -> users.read(file)).hasMessageContaining(":2: a second password");
    }

    /** Whoever reads the file first, the one who stores a hash anew included, tells who is not in it any more. */
    @Test
    void whoIsDeletedWhileAHashIsReplacedIsStillHeardOf() throws IOException {
        List<Set<String>> heard = new ArrayList<>();
        users.onChanged(heard::add);
        Files.write(
                file,
                Files.readAllLines(file).stream()
                        .filter(line -> !line.startsWith("cat:"))
                        .toList());
        assertThat(ask("bob", "secret")).isInstanceOf(Accepted.class);
        assertThat(Files.readString(file)).contains("bob:$argon2id$");
        users.read(file);
        assertThat(heard).containsExactly(Set.of("cat"));
    }

    @Test
    void whoHasLeftAGroupIsHeardOf() throws IOException {
        List<Set<String>> heard = new ArrayList<>();
        users.onLeft(heard::add);
        Path groups = Files.writeString(folder.resolve("groups"), "staff:ann,bob\n");
        users.readGroups(groups);
        Files.writeString(groups, "staff:ann\nnight:ann,bob\n");
        users.readGroups(groups);
        assertThat(heard).containsExactly(Set.of("bob"));
    }

    @Test
    void groupsOfUsers() throws IOException {
        Path groups = folder.resolve("groups");
        Files.writeString(groups, "# comment\nstaff:ann, bob\nnight:bob\n");
        users.readGroups(groups);
        assertThat(((Accepted) ask("bob", "secret")).identity().groups()).isEqualTo(Set.of("staff", "night"));
        Files.writeString(groups, "nobody\n");
        assertThatThrownBy(() -> users.readGroups(groups)).hasMessageContaining(":1:");
        assertThat(users.groups().of("ann")).containsExactly("staff");
    }

    @Test
    void whoFindsTheQueueFullHearsServerBusy() {
        CountDownLatch blocked = new CountDownLatch(1);
        CompletableFuture<Verdict> first = workers.ask(() -> {
            try {
                blocked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Verdict.NEXT;
        });
        List<CompletableFuture<Verdict>> waiting =
                List.of(workers.ask(() -> Verdict.NEXT), workers.ask(() -> Verdict.NEXT));
        assertThat(ask("ann", "secret")).isEqualTo(Workers.BUSY);
        blocked.countDown();
        first.join();
        waiting.forEach(CompletableFuture::join);
        assertThat(ask("ann", "secret")).isInstanceOf(Accepted.class);
    }

    @Test
    void aChangedFileIsReadAgainAlsoBehindASwappedLink() throws IOException {
        Path one = Files.createDirectories(folder.resolve("one")).resolve("p");
        Path two = Files.createDirectories(folder.resolve("two")).resolve("p");
        Files.writeString(one, "ann:" + HashTest.STORED.getFirst() + "\n");
        Files.writeString(two, "zoe:" + HashTest.STORED.getFirst() + "\n");
        Path data = Files.createSymbolicLink(folder.resolve("data"), one.getParent());
        Path watched = data.resolve("p");
        try (FileWatch watch = new FileWatch()) {
            watch.add(watched, users::read);
            assertThat(users.passwords().find("ann")).isNotNull();
            Files.delete(data);
            watch.check(); // nothing there: what was read stays
            assertThat(users.passwords().find("ann")).isNotNull();
            Files.createSymbolicLink(data, two.getParent());
            watch.check();
            assertThat(users.passwords().find("ann")).isNull();
            assertThat(users.passwords().find("zoe")).isNotNull();
            Files.writeString(two, "damaged");
            watch.check();
            assertThat(users.passwords().find("zoe")).isNotNull();
        }
    }

    @Test
    void aNewFileIsItsOwnersAlone() throws IOException {
        Path fresh = folder.resolve("fresh");
        PasswordFile passwords = new PasswordFile(fresh);
        passwords.put("ann", HashTest.bytes("one"), List.of("SCRAM-SHA-256", "SCRAM-SHA-512"));
        passwords.put("bob", HashTest.bytes("two"), List.of());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh)))
                .isEqualTo("rw-------");
        assertThat(Files.readAllLines(fresh)).hasSize(4);
        assertThat(passwords.verify("ann", HashTest.bytes("one"))).isTrue();
        assertThat(passwords.verify("ann", HashTest.bytes("two"))).isFalse();
        assertThat(passwords.verify("eve", HashTest.bytes("two"))).isFalse();
        passwords.put("ann", HashTest.bytes("three"), List.of());
        assertThat(Files.readAllLines(fresh)).as("old verifiers are gone, too").hasSize(2);
        passwords.delete("ann");
        assertThat(passwords.contains("ann")).isFalse();
        assertThat(passwords.contains("bob")).isTrue();
        assertThat(folder.toFile().list())
                .as("no temporary file stays")
                .containsExactlyInAnyOrder("fresh", "passwords");
        for (String name : List.of("", "a:b", "#a", " a", "a\nb:c")) {
            assertThatThrownBy(() -> passwords.put(name, HashTest.bytes("x"), List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
