package io.chasqui.broker.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HomesTest {
    /** Known answers of the hash that Kafka's partitioner uses: a store outlives the version that wrote it. */
    @Test
    void murmur2_hasTheKnownValues() {
        assertThat(murmur2("21")).isEqualTo(-973932308);
        assertThat(murmur2("foobar")).isEqualTo(-790332482);
        assertThat(murmur2("a-little-bit-long-string")).isEqualTo(-985981536);
        assertThat(murmur2("a-little-bit-longer-string")).isEqualTo(-1486304829);
        assertThat(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")).isEqualTo(-58897971);
        assertThat(murmur2("abc")).isEqualTo(479470107);
    }

    private static int murmur2(String text) {
        return Homes.murmur2(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aClientIsAtHomeOnOneLoopWhateverTheNumberOfShards() {
        Homes homes = new Homes(64, 3);
        int[] clients = new int[3];
        for (int i = 0; i < 30_000; i++) {
            String clientId = "client-" + i;
            int loop = homes.loop(clientId);
            assertThat(homes.shard(clientId)).isBetween(0, 63);
            assertThat(homes.loop(clientId)).isEqualTo(loop);
            clients[loop]++;
        }
        assertThat(Arrays.stream(clients).min().orElseThrow()).as("spread").isGreaterThan(8_000);
    }
}
