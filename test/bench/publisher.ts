/* Load generator: many trackers, each with a connection of its own, publish with QoS 1 at an even rate. */
import { connectAsync, type MqttClient } from 'mqtt';
import { quantile } from './measure.ts';

type Load = {
  mqttPort: number;
  trackers: number;
  pingsPerS: number;
  seconds: number;
  secret: string;
};
const { mqttPort, trackers, pingsPerS, seconds, secret }: Load = JSON.parse(
  process.argv[2] ?? '{}',
);

const clients: MqttClient[] = [];
const connectAtOnce = 100;
while (clients.length < trackers) {
  const first = clients.length + 1;
  const some = Array.from({ length: Math.min(connectAtOnce, trackers - clients.length) }, (_, i) =>
    connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
      clientId: `sim-${first + i}`,
      username: `sim-${first + i}`,
      password: secret,
      reconnectPeriod: 0,
    }),
  );
  clients.push(...(await Promise.all(some)));
}

const ackMs: number[] = [];
let [sent, failed] = [0, 0];
const total = pingsPerS * seconds;
const startMs = performance.now();
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1000) * pingsPerS));
    for (; sent < due; sent++) send(sent);
    if (sent === total) clearInterval(timer);
  }, 5);
  function send(i: number): void {
    const client = clients[i % trackers];
    const sentAtMs = performance.now();
    const fix = {
      fixedAt: Date.now(),
      lon: 117.5 + (i % 10_000) / 1e5,
      lat: 0.5,
      accuracyM: 6,
      speedMps: 9,
      courseDeg: 93,
      batteryPct: 81,
    };
    client?.publish(
      `posko/64.08/sim-${(i % trackers) + 1}/fix`,
      JSON.stringify(fix),
      { qos: 1 },
      (error) => {
        if (error) failed += 1;
        else ackMs.push(performance.now() - sentAtMs);
        if (ackMs.length + failed === total) resolve();
      },
    );
  }
});
const cpu = process.cpuUsage();
process.stdout.write(
  `${JSON.stringify({
    acknowledged: ackMs.length,
    pingsPerSReached: Math.round(ackMs.length / ((performance.now() - startMs) / 1000)),
    failed,
    ackMs: { p50: quantile(ackMs, 0.5), p99: quantile(ackMs, 0.99), max: quantile(ackMs, 1) },
    publisherCpuS: Math.round((cpu.user + cpu.system) / 1e4) / 100,
  })}\n`,
);
for (const client of clients) client.end(true);
