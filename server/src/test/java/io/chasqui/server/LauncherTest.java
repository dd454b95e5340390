package io.chasqui.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher script, run for real in a copy of the repository's outline: with JDKs that are directories, a java that
 * prints its arguments, a Maven that writes what a build writes. One test starts the broker itself, from this test's own
 * class path.
 */
class LauncherTest {
    private static final Path SCRIPT = Path.of("../chasqui").toAbsolutePath().normalize();
    private static final Pattern LISTENS = Pattern.compile("127\\.0\\.0\\.1:([0-9]+) ");

    @TempDir
    Path directory;

    private Path home = Path.of("");
    private Path bin = Path.of("");
    private Path jdks = Path.of("");

    @BeforeEach
    void outline() throws IOException {
        home = Files.createDirectories(directory.resolve("the house")); // a blank in the path must do no harm
        Files.createDirectories(home.resolve("server/src/main"));
        Files.writeString(home.resolve("pom.xml"), "");
        Files.writeString(home.resolve("server/pom.xml"), "");
        Files.copy(SCRIPT, home.resolve("chasqui"));
        executable(home.resolve("chasqui"));
        bin = Files.createDirectories(directory.resolve("bin"));
        jdks = Files.createDirectories(directory.resolve("jdks"));
        for (String tool : List.of(
                "dirname",
                "readlink",
                "find",
                "head",
                "mkdir",
                "rm",
                "mv",
                "tr",
                "cat",
                "grep",
                "tail",
                "touch",
                "flock",
                "sleep",
                "sh")) {
            link(tool);
        }
    }

    @Test
    void withoutANewEnoughJdkItSaysInOneSentenceWhatToInstall() throws Exception {
        jdk("java-17", "17.0.15");
        jdk("java-8", "1.8.0_412");
        Files.createSymbolicLink(bin.resolve("java"), jdks.resolve("java-17/bin/java"));
        Result result = launch(Map.of());
        assertThat(result.code).isEqualTo(69);
        assertThat(result.text)
                .isEqualTo(
                        "chasqui: no JDK 25 or newer was found: install one (such as Temurin 25 from adoptium.net, or"
                                + " the package openjdk-25-jdk) or point CHASQUI_JAVA to it.\n");
    }

    @Test
    void itFindsAJdkBesideTheDefaultJava() throws Exception {
        jdk("java-17", "17.0.15");
        Files.createSymbolicLink(bin.resolve("java"), jdks.resolve("java-17/bin/java"));
        jdk("temurin-25", "25.0.3");
        built();
        Result result = launch(Map.of("JAVA_HOME", jdks.resolve("java-17").toString()), "serve", "--port", "5 6");
        assertThat(result.text)
                .startsWith("temurin-25:")
                .contains(" -cp ", "io.chasqui.server.Chasqui serve --port 5 6");
        assertThat(result.code).isZero();
    }

    @Test
    void chasquiJavaComesFirstThenJavaHomeThenThePath() throws Exception {
        for (String name : List.of("a", "b", "c", "d")) {
            jdk(name, "26-ea");
        }
        built();
        Files.createSymbolicLink(bin.resolve("java"), jdks.resolve("b/bin/java"));
        assertThat(launch(Map.of()).text).startsWith("b:");
        String javaHome = jdks.resolve("c").toString();
        assertThat(launch(Map.of("JAVA_HOME", javaHome)).text).startsWith("c:");
        String ours = jdks.resolve("d/bin/java").toString();
        assertThat(launch(Map.of("JAVA_HOME", javaHome, "CHASQUI_JAVA", ours)).text)
                .startsWith("d:");
    }

    @Test
    void chasquiJavaThatDoesNotFitIsRefused() throws Exception {
        jdk("old", "21.0.1");
        jdk("good", "25.0.1");
        Result result = launch(Map.of("CHASQUI_JAVA", jdks.resolve("old").toString()));
        assertThat(result.code).isEqualTo(69);
        assertThat(result.text).contains("which is no JDK 25 or newer").hasLineCount(1);
    }

    @Test
    void withoutMavenItSaysSo() throws Exception {
        jdk("temurin-25", "25.0.3");
        Result result = launch(Map.of());
        assertThat(result.code).isEqualTo(69);
        assertThat(result.text)
                .isEqualTo("chasqui: Maven is needed to build, and mvn is not in the PATH: install it (such as the"
                        + " package maven).\n");
    }

    @Test
    void itBuildsOnceAndAgainWhenASourceChanges() throws Exception {
        jdk("temurin-25", "25.0.3");
        maven("echo build >>" + quoted("builds")
                + "; mkdir -p server/target/chasqui/lib; : >server/target/chasqui/lib/a.jar");
        Result first = launch(Map.of());
        assertThat(first.text)
                .contains("chasqui: building (first start, about a minute) ...\n", "a.jar io.chasqui.server.Chasqui");
        assertThat(first.code).isZero();
        assertThat(launch(Map.of()).text).doesNotContain("building").startsWith("temurin-25:");
        assertThat(Files.readAllLines(directory.resolve("builds"))).hasSize(1);

        Path stamp = home.resolve("server/target/chasqui/built");
        Path source = Files.writeString(home.resolve("server/src/main/New.java"), "");
        Files.setLastModifiedTime(
                source, FileTime.fromMillis(Files.getLastModifiedTime(stamp).toMillis() + 2_000));
        assertThat(launch(Map.of()).text).contains("chasqui: building (the sources have changed) ...\n");
        assertThat(Files.readAllLines(directory.resolve("builds"))).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoFirstStartsBuildOnce(boolean withFlock) throws Exception {
        if (!withFlock) {
            Files.deleteIfExists(bin.resolve("flock")); // as on macOS
        }
        jdk("temurin-25", "25.0.3");
        Path go = directory.resolve("go");
        maven("echo build >>" + quoted("builds") + "; while [ ! -e " + quoted("go") + " ]; do sleep 0.01; done;"
                + " mkdir -p server/target/chasqui/lib; : >server/target/chasqui/lib/a.jar");
        Process one = start(Map.of());
        Process two = start(Map.of());
        try (BufferedReader a = one.inputReader();
                BufferedReader b = two.inputReader()) {
            String greeting = a.readLine() + b.readLine();
            assertThat(greeting).contains("building", "waiting for another build");
            Files.writeString(go, "");
            assertThat(one.waitFor()).isZero();
            assertThat(two.waitFor()).isZero();
        }
        assertThat(Files.readAllLines(directory.resolve("builds"))).hasSize(1);
    }

    @Test
    void aBuildThatFailsShowsWhyAndWhereItsLogIs() throws Exception {
        jdk("temurin-25", "25.0.3");
        maven("echo '[INFO] downloading'; echo '[ERROR] it is broken'; exit 1");
        Result result = launch(Map.of());
        assertThat(result.code).isEqualTo(70);
        assertThat(result.text)
                .contains("[ERROR] it is broken\nchasqui: the build failed, all of it is in " + home.toRealPath())
                .doesNotContain("downloading");
        assertThat(launch(Map.of()).code).isEqualTo(70); // and is tried again
    }

    @Test
    void itWorksFromElsewhereAndThroughSymbolicLinks() throws Exception {
        jdk("temurin-25", "25.0.3");
        built();
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("the house/chasqui"));
        Path linkToLink = Files.createSymbolicLink(bin.resolve("chasqui"), link);
        Result result = finish(new ProcessBuilder(linkToLink.toString(), "config", "show"), Map.of());
        assertThat(result.text)
                .contains("the house/server/target/chasqui/lib/a.jar io.chasqui.server.Chasqui config show");
    }

    @Test
    void conformanceIsAProgramOfItsOwn() throws Exception {
        jdk("temurin-25", "25.0.3");
        Path libraries = Files.createDirectories(home.resolve("conformance/target/chasqui/lib"));
        Files.writeString(libraries.resolve("b.jar"), "");
        Files.writeString(libraries.getParent().resolve("built"), "");
        assertThat(launch(Map.of(), "conformance", "--port", "1").text)
                .contains("conformance/target/chasqui/lib/b.jar io.chasqui.conformance.Conformance --port 1\n");
    }

    @Test
    void theOptionsOfTheUserComeAfterOurs() throws Exception {
        jdk("temurin-25", "25.0.3");
        built();
        assertThat(launch(Map.of("CHASQUI_JAVA_OPTS", "-Xmx1g -Dx=y")).text)
                .containsPattern("-XX:\\+UseCompactObjectHeaders .* -Xmx1g -Dx=y ");
    }

    /**
     * The real thing: our class path in place of a build, the trial run for the cache, a start, a client that is let in,
     * SIGTERM, exit code 0.
     */
    @Test
    void itStartsTheBrokerAndStopsItOnSigterm() throws Exception {
        Path libraries = Files.createDirectories(home.resolve("server/target/chasqui/lib"));
        Files.writeString(home.resolve("server/target/chasqui/built"), "");
        ownClassPath(libraries);
        Process process = start(
                Map.of(
                        "CHASQUI_JAVA",
                        System.getProperty("java.home"),
                        "CHASQUI_LISTENERS_MQTT_PORT",
                        "0",
                        "JAVA_TOOL_OPTIONS",
                        "-XX:TieredStopAtLevel=1"), // less to compile for so short a life
                "serve");
        try (BufferedReader out = process.inputReader()) {
            StringBuilder text = new StringBuilder();
            int port = 0;
            for (String line = out.readLine(); line != null && !line.contains("Ctrl-C"); line = out.readLine()) {
                text.append(line).append('\n');
                Matcher listens = LISTENS.matcher(line);
                port = listens.find() ? Integer.parseInt(listens.group(1)) : port;
            }
            assertThat(port).describedAs("%s", text).isPositive();
            assertThat(connack(port)).containsExactly(0x20, 2, 0, 0);
            process.toHandle().destroy(); // SIGTERM, and leaves our end of its output open
            assertThat(out.readAllAsString()).isEqualTo("chasqui: stopped\n");
            assertThat(process.waitFor()).isZero();
            assertThat(home.resolve("server/target/chasqui"))
                    .isDirectoryContaining("glob:**.aot")
                    .isDirectoryNotContaining("glob:**.failed");
        } finally {
            process.destroyForcibly();
        }
    }

    private static byte[] connack(int port) throws IOException {
        byte[] connect = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'a'};
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(connect);
            InputStream in = socket.getInputStream();
            return in.readNBytes(4);
        }
    }

    /** Puts what this test runs with into a directory, as the build would: jars by link, class directories in jars. */
    private static void ownClassPath(Path libraries) throws IOException {
        int n = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isRegularFile(path)) {
                Files.createSymbolicLink(libraries.resolve(n++ + "-" + path.getFileName()), path.toAbsolutePath());
            } else if (Files.isDirectory(path)) {
                jar(path, libraries.resolve(n++ + ".jar"));
            }
        }
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            Files.walkFileTree(classes, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    out.putNextEntry(
                            new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
                    Files.copy(file, out);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }

    private void jdk(String name, String version) throws IOException {
        Path jdk = Files.createDirectories(jdks.resolve(name).resolve("bin")).getParent();
        Files.writeString(
                jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\nLIBC=\"gnu\"\n");
        Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\necho \"" + name + ":\" \"$@\"\n");
        Files.writeString(jdk.resolve("bin/javac"), "#!/bin/sh\n");
        executable(jdk.resolve("bin/java"));
        executable(jdk.resolve("bin/javac"));
    }

    private void maven(String script) throws IOException {
        executable(Files.writeString(bin.resolve("mvn"), "#!/bin/sh\n" + script + "\n"));
    }

    private void built() throws IOException {
        Path libraries = Files.createDirectories(home.resolve("server/target/chasqui/lib"));
        Files.writeString(libraries.resolve("a.jar"), "");
        Files.writeString(libraries.getParent().resolve("built"), "");
    }

    private String quoted(String name) {
        return "'" + directory.resolve(name) + "'";
    }

    private void link(String tool) throws IOException {
        for (String from : List.of("/usr/bin/", "/bin/")) {
            if (Files.exists(Path.of(from + tool))) {
                Files.createSymbolicLink(bin.resolve(tool), Path.of(from + tool));
                return;
            }
        }
        assumeTrue(tool.equals("flock"), tool + " is not where Unix has it");
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Result(int code, String text) {}

    private Result launch(Map<String, String> environment, String... arguments) throws Exception {
        return finish(command(arguments), environment);
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        return prepare(command(arguments), environment).start();
    }

    private ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(home.resolve("chasqui").toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private Result finish(ProcessBuilder builder, Map<String, String> environment) throws Exception {
        Process process = prepare(builder, environment).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .replace("chasqui: preparing fast starts (a few seconds, once) ...\n", "");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), text);
    }

    private ProcessBuilder prepare(ProcessBuilder builder, Map<String, String> environment) {
        builder.environment().clear();
        builder.environment().put("PATH", bin.toString());
        builder.environment().put("CHASQUI_JDK_ROOTS", jdks.toString());
        builder.environment().putAll(environment);
        return builder.directory(directory.toFile()).redirectErrorStream(true);
    }
}
