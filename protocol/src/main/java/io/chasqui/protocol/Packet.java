package io.chasqui.protocol;

/**
 * One MQTT Control Packet (MQTT 5, section 2.1). Immutable; knows nothing of bytes. The same values serve all versions:
 * what a version does not have is left at its default and not encoded.
 */
public sealed interface Packet
        permits Connect,
                ConnAck,
                Publish,
                PubAck,
                PubRec,
                PubRel,
                PubComp,
                Subscribe,
                SubAck,
                Unsubscribe,
                UnsubAck,
                PingReq,
                PingResp,
                Disconnect,
                Auth {}
