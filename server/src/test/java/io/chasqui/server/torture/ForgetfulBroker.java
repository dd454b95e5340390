package io.chasqui.server.torture;

import io.chasqui.broker.Broker;
import java.util.concurrent.CountDownLatch;

/** Chasqui with its sessions in memory alone, as a process that can be killed: PORT. */
final class ForgetfulBroker {
    private ForgetfulBroker() {}

    public static void main(String[] args) throws InterruptedException {
        try (Broker _ = Broker.start(TortureTest.config(Integer.parseInt(args[0])))) {
            new CountDownLatch(1).await();
        }
    }
}
