package io.chasqui.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.chasqui.testkit.ChasquiTest;
import io.chasqui.testkit.TestBroker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs each example, and looks at what it says. */
@ChasquiTest
@Timeout(60)
class ExamplesTest {
    @TempDir
    Path directory;

    private interface Main {
        void run() throws Exception;
    }

    private static String said(Main main) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            main.run();
        } finally {
            System.setOut(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void embedBroker() throws Exception {
        assertThat(said(() -> EmbedBroker.main(new String[0])))
                .isEqualTo("greenhouse/1/limit 28\ngreenhouse/1/temperature 21.5\n");
    }

    @Test
    void publishMessages(TestBroker broker) throws Exception {
        assertThat(said(() -> PublishMessages.main(new String[] {broker.uri()})))
                .contains("published 10000");
    }

    @Test
    void subscribeToMessages(TestBroker broker) throws Exception {
        assertThat(said(() -> SubscribeToMessages.main(new String[] {broker.uri()})))
                .contains("read 21.5");
    }

    @Test
    void requestResponse(TestBroker broker) throws Exception {
        assertThat(said(() -> RequestResponse.main(new String[] {broker.uri()})))
                .contains("12 * 12 = 144");
    }

    @Test
    void sharedWorkers(TestBroker broker) throws Exception {
        assertThat(said(() -> SharedWorkers.main(new String[] {broker.uri()}))).contains("100 jobs are done");
    }

    @Test
    void resumeAfterCrash(TestBroker broker) throws Exception {
        String[] args = {broker.uri(), directory.toString()};
        assertThat(said(() -> ResumeAfterCrash.main(args)))
                .contains("0 left by the last life", "all steps are with the server");
    }
}
