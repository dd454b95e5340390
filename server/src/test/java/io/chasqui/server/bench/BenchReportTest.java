package io.chasqui.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The plots are well-formed, and their lines are where the values are. */
class BenchReportTest {
    private static BenchResult result(int length) {
        Map<String, BenchResult.Figure> figures = new LinkedHashMap<>();
        figures.put("received_per_s", new BenchResult.Figure(1234567.4, 0, "/s"));
        List<Second> seconds = new ArrayList<>();
        for (int i = 1; i <= length; i++) {
            seconds.add(new Second("run", i, 1, 1_000L * i, 500L * i, 0, 100, 1_000, 10_000));
        }
        Histogram latency = new Histogram(3);
        latency.recordValue(100_000);
        latency.recordValue(10_000_000);
        return new BenchResult(
                "bench <pairs> & co", figures, List.of("a note"), List.of("too slow"), false, true, seconds, latency);
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    @Test
    void theSvgHasALineForEachSeries() throws Exception {
        Document svg = parse(BenchReport.of(result(10), true));
        NodeList lines = svg.getElementsByTagName("polyline");
        assertThat(lines.getLength()).isEqualTo(2 + 3 + 1);
        // sent: from 1,000 to 10,000 of an axis to 10,000; the first point is at a tenth of both axes
        String points = lines.item(0).getAttributes().getNamedItem("points").getNodeValue();
        assertThat(points).startsWith("154.0,234.5 ").contains(" 820.0,50.0 ");
        assertThat(svg.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("bench <pairs> & co");
    }

    @Test
    void aLongRunIsDrawnWithFewPoints() throws Exception {
        Document svg = parse(BenchReport.of(result(86_400), true));
        String points = svg.getElementsByTagName("polyline")
                .item(0)
                .getAttributes()
                .getNamedItem("points")
                .getNodeValue();
        assertThat(points.split(" ", -1)).hasSizeBetween(900, 1_001);
    }

    @Test
    void thePageHasAllThatThereIsToSayAndNeedsNoOtherFile() {
        String page = BenchReport.of(result(3), false);
        assertThat(page)
                .contains("1,234,567 /s", "a note", "too slow", "Stopped early", "&lt;pairs&gt; &amp; co", "<svg ")
                .doesNotContain("<pairs>", "src=", "href=", "<script");
    }

    @Test
    void withoutLatencyThereIsNoPlotOfIt() throws Exception {
        BenchResult result = new BenchResult(
                "t",
                Map.of(),
                List.of(),
                List.of(),
                true,
                true,
                List.of(new Second("set", 1, 1, 0, 0, 0, 0, 0, 0)),
                new Histogram(3));
        assertThat(parse(BenchReport.of(result, true))
                        .getElementsByTagName("polyline")
                        .getLength())
                .isEqualTo(2);
    }

    @Test
    void axesHaveRoundNumbers() {
        assertThat(List.of(Plot.step(10), Plot.step(3), Plot.step(1_500), Plot.step(0.7)))
                .containsExactly(2.0, 1.0, 500.0, 0.2 * 1);
        assertThat(Plot.number(1_500_000)).isEqualTo("1.5M");
        assertThat(Plot.number(20_000)).isEqualTo("20k");
        assertThat(Plot.number(0.25)).isEqualTo("0.25");
        assertThat(Plot.number(100)).isEqualTo("100");
    }
}
