package io.chasqui.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .ci/check-dependencies --offline}, which CI runs on what is shipped. */
class DependencyCheckTest {
    @TempDir
    Path folder;

    private record Ended(int code, String said) {}

    private Ended check(String... components) throws Exception {
        StringBuilder json = new StringBuilder("{\"components\": [");
        for (String each : components) {
            json.append("{\"purl\": \"pkg:maven/").append(each).append("?type=jar\"},\n");
        }
        return run(Files.writeString(folder.resolve("bom.json"), json + "]}"));
    }

    private static Ended run(Path sbom) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Sources.repository()
                                .resolve(".ci/check-dependencies")
                                .toAbsolutePath()
                                .toString(),
                        "--offline",
                        sbom.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }

    @Test
    void aVersionThatIsKnownToBeVulnerableFails() throws Exception {
        Ended ended = check("io.netty/netty-codec-http@4.2.4.Final", "org.bouncycastle/bcprov-jdk18on@1.82");
        assertThat(ended.code).isEqualTo(1);
        assertThat(ended.said)
                .contains("VULNERABLE: io.netty:netty-codec-http 4.2.4.Final has CVE-2025-58056, take 4.2.5.Final or"
                        + " later")
                .contains("VULNERABLE: org.bouncycastle:bcprov-jdk18on 1.82 has CVE-2025-14813");
    }

    /** Versions are compared by their numbers, and a line of its own does not count for another. */
    @Test
    void versionsThatHaveTheFixPass() throws Exception {
        Ended ended = check(
                "io.netty/netty-codec-http@4.2.18.Final",
                "io.netty/netty-handler@4.1.90.Final",
                "io.netty/netty-handler@4.1.118.Final",
                "io.chasqui/chasqui-server@0.1.0");
        assertThat(ended.said).contains("3 libraries are shipped", "Maven Central was not asked");
        assertThat(ended.code).isZero();
    }

    @Test
    void whatIsNoListOfLibrariesIsAnError() throws Exception {
        assertThat(check())
                .isEqualTo(new Ended(
                        2, "check-dependencies: no Maven components in " + folder.resolve("bom.json") + "\n"));
        assertThat(run(folder.resolve("none")).code).isEqualTo(2);
    }
}
