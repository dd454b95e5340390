package io.chasqui.server.torture;

/** One client of the run. It is run once, by a virtual thread of its own, and comes back when the run is over or earlier. */
interface Client {
    void run() throws InterruptedException;
}
