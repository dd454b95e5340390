package io.chasqui.examples;

import io.chasqui.client.MqttClient;
import io.chasqui.protocol.Qos;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Several share the work: each job goes to one of them, and to another one if that dies before it has acknowledged it. */
public final class SharedWorkers {
    private SharedWorkers() {}

    /** @param args the server, such as {@code mqtt://localhost} */
    public static void main(String[] args) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(100);
        List<MqttClient> workers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MqttClient worker = MqttClient.to(args[0]).receiveMaximum(1).build(); // one job at a time
            workers.add(worker);
            worker.connect();
            worker.subscribe("$share/workers/jobs/#", Qos.AT_LEAST_ONCE, job -> done.countDown());
        }
        try (MqttClient boss = MqttClient.to(args[0]).build()) {
            boss.connect();
            for (int i = 0; i < 100; i++) {
                boss.publish("jobs/" + i, "do it");
            }
        }
        done.await();
        System.out.println("100 jobs are done");
        workers.forEach(MqttClient::close);
    }
}
