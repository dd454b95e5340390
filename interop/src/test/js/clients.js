'use strict';

// MQTT.js for tests that are written elsewhere: takes commands, one JSON object a line, from standard input and writes
// answers and events, one JSON object a line, to standard output. Payloads are in base64. See MqttJs.java.

const mqtt = require('mqtt');
const readline = require('readline');

const clients = new Map();

function say(object) {
  process.stdout.write(JSON.stringify(object) + '\n');
}

function toProperties(given) {
  const properties = { ...given };
  if (properties.correlationData !== undefined) {
    properties.correlationData = Buffer.from(properties.correlationData, 'base64');
  }
  if (properties.userProperties !== undefined) {
    // MQTT.js takes user properties by name, so values of one name stand together.
    const byName = {};
    for (const [name, value] of properties.userProperties) {
      (byName[name] ??= []).push(value);
    }
    properties.userProperties = byName;
  }
  return properties;
}

function fromProperties(given) {
  const properties = { ...given };
  if (properties.correlationData !== undefined) {
    properties.correlationData = properties.correlationData.toString('base64');
  }
  if (properties.userProperties !== undefined) {
    properties.userProperties = Object.entries(properties.userProperties).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, value]));
  }
  return properties;
}

// Settles with the next CONNACK, or with what came instead of it.
function connected(client) {
  return new Promise((resolve, reject) => {
    client.once('connect', (connack) => resolve({
      clientId: connack.properties?.assignedClientIdentifier ?? client.options.clientId,
      sessionPresent: connack.sessionPresent,
    }));
    client.once('error', reject);
  });
}

function open(command) {
  const options = command.options;
  if (options.will) {
    options.will.payload = Buffer.from(options.will.payload, 'base64');
    if (options.protocolVersion === 5) {
      options.will.properties = toProperties(options.will.properties);
    } else {
      delete options.will.properties;
    }
  }
  // What is in flight outlives the connection, also when it ends with DISCONNECT.
  const stores = {
    incomingStore: new mqtt.Store({ clean: false }),
    outgoingStore: new mqtt.Store({ clean: false }),
  };
  const client = mqtt.connect({ host: '127.0.0.1', reconnectPeriod: 0, resubscribe: false, ...stores, ...options });
  clients.set(command.client, client);
  let reason = -1;
  client.on('disconnect', (packet) => { reason = packet.reasonCode ?? -1; });
  client.on('close', () => {
    say({ event: 'closed', client: command.client, reason });
    reason = -1;
  });
  client.on('error', () => {}); // told to whoever waits for it
  client.on('message', (topic, payload, packet) => say({
    event: 'message',
    client: command.client,
    topic,
    payload: payload.toString('base64'),
    qos: packet.qos,
    retain: packet.retain,
    properties: fromProperties(packet.properties),
  }));
  return connected(client);
}

const commands = {
  connect(command) {
    const client = clients.get(command.client);
    if (client === undefined) {
      return open(command);
    }
    const again = connected(client);
    client.reconnect({ incomingStore: client.incomingStore, outgoingStore: client.outgoingStore });
    return again;
  },

  async subscribe(command) {
    const { qos, nl, rap, rh, subscriptionIdentifier } = command;
    const v5 = subscriptionIdentifier ? { properties: { subscriptionIdentifier } } : {};
    const granted = await clients.get(command.client).subscribeAsync(command.filter, { qos, nl, rap, rh, ...v5 });
    return granted[0].qos;
  },

  unsubscribe(command) {
    return clients.get(command.client).unsubscribeAsync(command.filter);
  },

  publish(command) {
    const { qos, retain } = command;
    const client = clients.get(command.client);
    const v5 = client.options.protocolVersion === 5 ? { properties: toProperties(command.properties) } : {};
    return client.publishAsync(command.topic, Buffer.from(command.payload, 'base64'), { qos, retain, ...v5 });
  },

  disconnect(command) {
    return clients.get(command.client).endAsync(false, { reasonCode: command.reasonCode });
  },

  async destroy(command) {
    const client = clients.get(command.client);
    clients.delete(command.client);
    client?.end(true);
  },
};

readline.createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const command = JSON.parse(line);
    try {
      const result = await commands[command.command](command);
      say({ answer: command.id, result: result ?? null });
    } catch (error) {
      say({ answer: command.id, error: String(error?.stack ?? error) });
    }
  })
  .on('close', () => process.exit(0));
