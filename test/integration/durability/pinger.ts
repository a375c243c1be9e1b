import { setTimeout as delay } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';
import { asTracker } from '../../fixtures/trackerSecret.ts';

/** Trackers that send with QoS 1 as fast as they may, and know what was acknowledged. */
export class Pingers {
  readonly #clients: MqttClient[];
  readonly #trackerIds: readonly string[];
  /** `tracker fixedAt` of each ping that was sent, and of each that was acknowledged. */
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();
  #nextMs: number;
  #isStopped = false;
  #underWay = 0;

  /** @param inFlight pings that each tracker sends before it waits for an acknowledgement */
  constructor(mqttPort: number, trackerIds: readonly string[], inFlight: number, everyMs = 0) {
    this.#trackerIds = trackerIds;
    // fix times that no two pings of one tracker share
    this.#nextMs = Date.now() - 3_600_000;
    this.#clients = trackerIds.map((clientId, at) => {
      const client = connect(`mqtt://127.0.0.1:${mqttPort}`, {
        clientId,
        ...asTracker(clientId),
        reconnectPeriod: 20,
        connectTimeout: 2_000,
      });
      // told again by every attempt to reconnect to a server that was killed
      client.on('error', () => undefined);
      client.once('connect', () => {
        for (let i = 0; i < inFlight; i++) this.#ping(client, at, everyMs);
      });
      return client;
    });
  }

  /** Stops sending; what is under way is repeated and acknowledged as long as there is a server. */
  async settle(): Promise<void> {
    this.#isStopped = true;
    // a client that is told to end while it connects never sends again what it has to repeat
    while (this.#underWay > 0) await delay(10);
    await Promise.all(this.#clients.map((client) => client.endAsync()));
  }

  #ping(client: MqttClient, at: number, everyMs: number): void {
    if (this.#isStopped) return;
    const fixedAt = this.#nextMs++;
    const key = `${this.#trackerIds[at]} ${fixedAt}`;
    const fix = { fixedAt, lon: 117.5 + (fixedAt % 1_000) / 1e7, lat: 0.5 };
    this.sent.add(key);
    this.#underWay += 1;
    const topic = `posko/64.08/${this.#trackerIds[at]}/fix`;
    client.publish(topic, JSON.stringify(fix), { qos: 1 }, (error) => {
      this.#underWay -= 1;
      if (error) return;
      this.acknowledged.add(key);
      if (everyMs === 0) this.#ping(client, at, everyMs);
      else setTimeout(() => this.#ping(client, at, everyMs), everyMs);
    });
  }
}
