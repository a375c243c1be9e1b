import { connectAsync, type MqttClient } from 'mqtt';
import { pointOnRoute } from './route.ts';
import type { SimulatedUnit } from './sangattaUnits.ts';

const kmhPerMps = 3.6;
/** A battery that lasts a shift of twelve hours. */
const batteryPctPerMs = 100 / (12 * 3_600_000);

/** The topic and payload of a unit's report, as its device would send it. Pure: the same time gives the same bytes. */
export function reportOf(
  unit: SimulatedUnit,
  region: string,
  startedAtMs: number,
  nowMs: number,
): { readonly topic: string; readonly payload: string } {
  const elapsedMs = nowMs - startedAtMs;
  const point = pointOnRoute(unit.route, unit.startM + (unit.speedMps * elapsedMs) / 1000);
  const isMoving = unit.speedMps > 0;
  const batteryPct = Math.max(1, Math.round(100 - elapsedMs * batteryPctPerMs));
  const round6 = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
  const lon = round6(point.lon);
  const lat = round6(point.lat);
  if (unit.speaks === 'owntracks') {
    return {
      topic: `owntracks/${unit.id}/phone`,
      payload: JSON.stringify({
        _type: 'location',
        tst: Math.floor(nowMs / 1000),
        lon,
        lat,
        acc: unit.accuracyM,
        vel: Math.round(unit.speedMps * kmhPerMps),
        cog: Math.round(point.courseDeg) % 360,
        batt: batteryPct,
        tid: unit.id.slice(-2),
        t: 'p',
        conn: 'm',
      }),
    };
  }
  return {
    topic: `posko/${region}/${unit.id}/fix`,
    payload: JSON.stringify({
      fixedAt: nowMs,
      lon,
      lat,
      accuracyM: unit.accuracyM,
      speedMps: unit.speedMps,
      ...(isMoving ? { courseDeg: Math.round(point.courseDeg) % 360 } : {}),
      batteryPct,
      ...(unit.attributes === undefined ? {} : { attributes: unit.attributes }),
    }),
  };
}

/** A unit's tracker: connects to a broker like any device and reports until it is stopped. */
export class SimulatedTracker {
  readonly #unit: SimulatedUnit;
  readonly #region: string;
  readonly #secret: string;
  readonly #nowMs: () => number;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param secret with which it shows that it is the tracker of its unit's id */
  constructor(unit: SimulatedUnit, region: string, secret: string, nowMs: () => number) {
    this.#unit = unit;
    this.#region = region;
    this.#secret = secret;
    this.#nowMs = nowMs;
  }

  /** Connects to the broker (`mqtt://host:port`) and sends the first report. Rejects when it cannot. */
  async start(brokerUrl: string): Promise<void> {
    const startedAtMs = this.#nowMs();
    const client = await connectAsync(brokerUrl, {
      clientId: this.#unit.id,
      username: this.#unit.id,
      password: this.#secret,
      reconnectPeriod: 2_000,
      // it stops for ever otherwise when the server is busy
      reconnectOnConnackError: true,
    });
    this.#client = client;
    const report = (): void => {
      const { topic, payload } = reportOf(this.#unit, this.#region, startedAtMs, this.#nowMs());
      // OwnTracks and most trackers publish with QoS 1
      client.publish(topic, payload, { qos: 1 });
    };
    report();
    this.#timer = setInterval(report, this.#unit.reportEveryMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client?.endAsync(true);
  }
}
