package io.chasqui.server;

import io.chasqui.client.PacketListener;
import io.chasqui.protocol.Auth;
import io.chasqui.protocol.ConnAck;
import io.chasqui.protocol.Connect;
import io.chasqui.protocol.Disconnect;
import io.chasqui.protocol.Packet;
import io.chasqui.protocol.PingReq;
import io.chasqui.protocol.PingResp;
import io.chasqui.protocol.PubAck;
import io.chasqui.protocol.PubComp;
import io.chasqui.protocol.PubRec;
import io.chasqui.protocol.PubRel;
import io.chasqui.protocol.Publish;
import io.chasqui.protocol.Qos;
import io.chasqui.protocol.SubAck;
import io.chasqui.protocol.Subscribe;
import io.chasqui.protocol.SubscriptionOptions;
import io.chasqui.protocol.UnsubAck;
import io.chasqui.protocol.Unsubscribe;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** {@code -d}: a line for each packet, as mosquitto_pub and mosquitto_sub print it, on the standard output as theirs. One thread. */
final class PacketLines implements PacketListener {
    private final OutputStream out;
    private String client = "Client (null)";
    private int
            withoutId; // messages of QoS 0 that were sent: mosquitto counts them where there is no Packet Identifier

    PacketLines(OutputStream out) {
        this.out = out;
    }

    @Override
    public void onSent(Packet packet) {
        switch (packet) {
            case Connect connect -> {
                client = "Client " + (connect.clientId().isEmpty() ? "(null)" : connect.clientId());
                sending("CONNECT");
            }
            case Publish publish ->
                sending("PUBLISH " + described(publish, publish.packetId() == 0 ? ++withoutId : publish.packetId()));
            case PubAck ack ->
                sending("PUBACK (m" + ack.packetId() + ", rc" + ack.reason().code() + ")");
            case PubRec rec ->
                sending("PUBREC (m" + rec.packetId() + ", rc" + rec.reason().code() + ")");
            case PubRel rel -> sending("PUBREL (m" + rel.packetId() + ")");
            case PubComp comp -> sending("PUBCOMP (m" + comp.packetId() + ")");
            case Subscribe subscribe ->
                subscribe
                        .entries()
                        .forEach(entry -> sending(
                                "SUBSCRIBE (Mid: " + subscribe.packetId() + ", Topic: " + entry.filter() + ", QoS: "
                                        + entry.options().qos().level() + ", Options: " + bits(entry.options()) + ")"));
            case Unsubscribe unsubscribe ->
                unsubscribe
                        .filters()
                        .forEach(filter ->
                                sending("UNSUBSCRIBE (Mid: " + unsubscribe.packetId() + ", Topic: " + filter + ")"));
            case Disconnect _ -> sending("DISCONNECT");
            case PingReq _ -> sending("PINGREQ");
            case Auth _ -> sending("AUTH");
            case ConnAck _, SubAck _, UnsubAck _, PingResp _ -> throw new IllegalArgumentException(packet.toString());
        }
    }

    @Override
    public void onReceived(Packet packet) {
        switch (packet) {
            case ConnAck ack -> received("CONNACK (" + ack.reason().code() + ")");
            case Publish publish -> received("PUBLISH " + described(publish, publish.packetId()));
            case PubAck ack ->
                received("PUBACK (Mid: " + ack.packetId() + ", RC:"
                        + ack.reason().code() + ")");
            case PubRec rec -> received("PUBREC (Mid: " + rec.packetId() + ")");
            case PubRel rel -> received("PUBREL (Mid: " + rel.packetId() + ")");
            case PubComp comp ->
                received("PUBCOMP (Mid: " + comp.packetId() + ", RC:"
                        + comp.reason().code() + ")");
            case SubAck ack -> {
                received("SUBACK");
                line("Subscribed (mid: " + ack.packetId() + "): "
                        + ack.reasons().stream().map(each -> "" + each.code()).collect(Collectors.joining(", ")));
            }
            case UnsubAck _ -> received("UNSUBACK");
            case Disconnect disconnect ->
                received("DISCONNECT (" + disconnect.reason().code() + ")");
            case PingResp _ -> received("PINGRESP");
            case Auth _ -> received("AUTH");
            case Connect _, Subscribe _, Unsubscribe _, PingReq _ ->
                throw new IllegalArgumentException(packet.toString());
        }
    }

    private static String described(Publish publish, int number) {
        Qos qos = publish.qos();
        return "(d" + (publish.dup() ? 1 : 0) + ", q" + qos.level() + ", r" + (publish.retain() ? 1 : 0) + ", m"
                + number + ", '" + publish.topic().name() + "', ... (" + publish.payload().length + " bytes))";
    }

    private static String bits(SubscriptionOptions options) {
        int bits = (options.noLocal() ? 4 : 0)
                | (options.retainAsPublished() ? 8 : 0)
                | options.retainHandling().ordinal() << 4;
        return String.format("0x%02x", bits);
    }

    private void sending(String packet) {
        line(client + " sending " + packet);
    }

    private void received(String packet) {
        line(client + " received " + packet);
    }

    private void line(String text) {
        try {
            out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            return; // nobody reads any more, which ends the command with its next message
        }
    }
}
