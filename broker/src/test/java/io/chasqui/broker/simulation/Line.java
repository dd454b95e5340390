package io.chasqui.broker.simulation;

/** One Network Connection: two pipes between a client and the server's end. */
public final class Line {
    private final Scheduler scheduler;
    private final ServerEnd server;
    private final Pipe up;
    private final Pipe down;

    /** The client's end. */
    public interface Client {
        void onBytes(byte[] bytes);

        void onEnd();

        /** Something of what was sent has arrived. */
        default void onDrained() {}
    }

    Line(Scheduler scheduler, long mostDelay, ServerEnd server, Client client) {
        this.scheduler = scheduler;
        this.server = server;
        this.up = new Pipe(scheduler, mostDelay, server::onBytes, server::onEnd, client::onDrained);
        this.down = new Pipe(scheduler, mostDelay, client::onBytes, client::onEnd, server::onDrained);
        server.down(down);
    }

    ServerEnd server() {
        return server;
    }

    /** Bytes that were sent and have not arrived. */
    public int underWay() {
        return up.bytes();
    }

    public void send(byte[] bytes) {
        up.send(bytes);
    }

    /** The client closes: what it sent arrives, what it was sent is lost. */
    public void close() {
        up.finish();
        down.discard();
    }

    /** The network breaks. The server may hear of it much later, the client at once or never. */
    public void cut(boolean clientHears) {
        long most = scheduler.any(50 * Scheduler.MILLI, 3 * Scheduler.SECOND, 100 * Scheduler.SECOND);
        up.cut(scheduler.upTo(most));
        if (clientHears) {
            down.cut(scheduler.upTo(50 * Scheduler.MILLI));
        } else {
            down.discard();
        }
    }

    /** The server's process has crashed: the client hears of it later, and may lose the last of what was under way. */
    void crash() {
        if (!server.isDone()) {
            down.cut(scheduler.upTo(scheduler.any(50 * Scheduler.MILLI, 3 * Scheduler.SECOND)));
        }
        server.die();
        up.discard();
    }

    /** The client does not read for a while. */
    public void stopReading(boolean stop) {
        down.stopReading(stop);
    }

    /** Whether the server has done with this connection. */
    public boolean isDone() {
        return server.isDone();
    }
}
