"""A conversation of Paho Python (Debian: python3-paho-mqtt) with the broker at the given port, for RecordCaptures.java.

usage: conversation.py PORT VERSION ROOT     VERSION is 3 (MQTT 3.1), 4 (3.1.1) or 5
"""

import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PATIENCE = 30
port, version, root = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
v5 = version == mqtt.MQTTv5
happened = {name: threading.Event() for name in ("connect", "subscribe", "unsubscribe", "last")}


def wait(name):
    if not happened[name].wait(PATIENCE):
        sys.exit("waited in vain for " + name)


def properties(kind, **values):
    if not v5:
        return None
    result = Properties(kind)
    for name, value in values.items():
        setattr(result, name, value)
    return result


clean = {} if v5 else {"clean_session": True}
client = mqtt.Client(client_id="cap-paho-python-" + str(version), protocol=version, **clean)
client.on_connect = lambda *_: happened["connect"].set()
client.on_subscribe = lambda *_: happened["subscribe"].set()
client.on_unsubscribe = lambda *_: happened["unsubscribe"].set()
client.on_message = lambda _client, _data, message: message.payload == b"last" and happened["last"].set()
client.username_pw_set("somebody", "secret")
client.will_set(root + "/will", "farewell", 1, False, properties=properties(PacketTypes.WILLMESSAGE, WillDelayInterval=3))
if v5:
    client.connect("127.0.0.1", port, 60, clean_start=True, properties=properties(
        PacketTypes.CONNECT, SessionExpiryInterval=60, ReceiveMaximum=20, TopicAliasMaximum=5,
        RequestProblemInformation=1, UserProperty=("sdk", "paho-python")))
else:
    client.connect("127.0.0.1", port, 60)
client.loop_start()
wait("connect")
if v5:
    client.subscribe([(root + "/#", mqtt.SubscribeOptions(qos=2, retainAsPublished=True)),
                      (root + "/other/+", mqtt.SubscribeOptions(qos=1, retainHandling=2))],
                     properties=properties(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=11))
else:
    client.subscribe([(root + "/#", 2), (root + "/other/+", 1)])
wait("subscribe")
for qos in range(3):
    client.publish(root + "/qos", "QoS %d, ¡hola!" % qos, qos)
if v5:
    client.publish(root + "/properties", "{}", 1, False, properties(
        PacketTypes.PUBLISH, PayloadFormatIndicator=1, MessageExpiryInterval=600, ContentType="application/json",
        ResponseTopic=root + "/answer", CorrelationData=b"\x00\xff", UserProperty=[("b", "1"), ("a", "2"), ("b", "3")]))
client.publish(root + "/kept", "kept", 1, True)
client.publish(root + "/kept", b"", 1, True)
client.publish(root + "/last", "last", 2)
wait("last")
client.unsubscribe([root + "/#", root + "/other/+"])
wait("unsubscribe")
client.disconnect()
client.loop_stop()
