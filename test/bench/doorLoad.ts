/*
 * Load generator for the door: many trackers with a raw connection each publish with QoS 1 at an even
 * rate, or one floods. Says `connected` when all are, waits for a line, and prints what it measured.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { generate } from 'mqtt-packet';

type Load = {
  port: number;
  trackers: number;
  pingsPerS: number;
  seconds: number;
  flood:
    | 'none'
    | 'messages'
    | 'arrays'
    | 'pings'
    | 'subscribe'
    | 'subscribeLong'
    | 'unsubscribe'
    | 'sos'
    | 'sosWithText'
    | 'connects';
};
const load: Load = JSON.parse(process.argv[2] ?? '{}');
const { port, trackers, pingsPerS, seconds, flood } = load;

const hello = (id: string): Buffer =>
  generate({
    cmd: 'connect',
    clientId: id,
    username: id,
    password: Buffer.from('secret'),
    keepalive: 600,
    clean: true,
    protocolVersion: 4,
  });
async function open(id: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.write(hello(id));
  await once(socket, 'readable');
  const connack: unknown = socket.read(4);
  if (!(connack instanceof Buffer) || connack[3] !== 0) throw new Error(`${id} was refused`);
  return socket;
}

const delayUs = createHistogram();
let acknowledged = 0;
const sockets: Socket[] = [];
/** When each message went out, by number; a tracker has few under way. */
const sentAtMs: Map<number, number>[] = [];
while (sockets.length < trackers) {
  const first = sockets.length;
  const count = Math.min(100, trackers - first);
  sockets.push(
    ...(await Promise.all(Array.from({ length: count }, (_, i) => open(`sim-${first + i + 1}`)))),
  );
}
for (const socket of sockets) {
  const sent = new Map<number, number>();
  sentAtMs.push(sent);
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    const nowMs = performance.now();
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    let at = 0;
    for (; at + 4 <= rest.length; at += 4) {
      const id = rest.readUInt16BE(at + 2);
      delayUs.record(Math.max(1, Math.round((nowMs - (sent.get(id) ?? nowMs)) * 1000)));
      sent.delete(id);
      acknowledged += 1;
    }
    rest = rest.subarray(at);
  });
  socket.once('close', () => {
    if (!isOver) lost += 1;
  });
}
let [isOver, lost] = [false, 0];
const over = Promise.withResolvers<void>();
process.stdout.write('connected\n');
await once(createInterface({ input: process.stdin }), 'line');

async function floodOn(): Promise<number> {
  const id = 'flooder';
  let connections = 0;
  const message = (leaf: string, payload: string): Buffer =>
    generate({
      cmd: 'publish',
      topic: `posko/64.08/${id}/${leaf}`,
      payload,
      qos: 0,
      dup: false,
      retain: false,
    });
  const filters = (count: number): string[] => Array.from({ length: count }, (_, i) => `a/${i}`);
  const subscribe = (count: number): Buffer =>
    generate({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: filters(count).map((topic) => ({ topic, qos: 0 })),
    });
  const fix = '{"fixedAt":1,"lon":1,"lat":1}';
  const one = {
    none: Buffer.of(),
    messages: message('fix', fix),
    arrays: message('fix', `[${Array.from({ length: 1_000 }, () => fix).join()}]`),
    sos: message('sos', ''),
    sosWithText: message('sos', `{"text":"${'x'.repeat(10_000)}"}`),
    pings: Buffer.from([0xc0, 0]),
    subscribe: subscribe(64),
    subscribeLong: subscribe(6_000),
    unsubscribe: generate({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: filters(64) }),
    connects: Buffer.of(),
  }[flood];
  const count = Math.min(1_000, Math.ceil(400_000 / Math.max(1, one.length)));
  const block = Buffer.concat(Array.from({ length: count }, () => one));
  while (!isOver && flood !== 'none') {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    connections += 1;
    socket.write(hello(id));
    if (flood === 'connects') socket.end();
    else {
      while (!isOver && !socket.destroyed) {
        if (!socket.write(block))
          await Promise.race([closed, over.promise, once(socket, 'drain').catch(() => undefined)]);
        await new Promise(setImmediate);
      }
      socket.destroy();
    }
    await closed;
  }
  return connections;
}
const flooding = floodOn();
const startMs = performance.now();
let sent = 0;
const total = pingsPerS * seconds;
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1000) * pingsPerS));
    for (; sent < due; sent++) {
      const at = sent % trackers;
      const id = 1 + (Math.floor(sent / trackers) % 65_535);
      const packet = generate({
        cmd: 'publish',
        topic: `posko/64.08/sim-${at + 1}/fix`,
        payload: `{"fixedAt":${Date.now()},"lon":117.5279,"lat":0.5049,"accuracyM":6,"speedMps":9,"batteryPct":81}`,
        qos: 1,
        messageId: id,
        dup: false,
        retain: false,
      });
      sentAtMs[at]?.set(id, performance.now());
      sockets[at]?.write(packet);
    }
    if (sent === total) {
      clearInterval(timer);
      resolve();
    }
  }, 5);
});
if (trackers === 0) await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
const patienceMs = performance.now() + 10_000;
while (acknowledged < sent && performance.now() < patienceMs) await new Promise(setImmediate);
isOver = true;
over.resolve();
const elapsedS = (performance.now() - startMs) / 1000;
const ms = (us: number): number => Math.round(us) / 1000;
process.stdout.write(
  `${JSON.stringify({
    sent,
    acknowledged,
    lostConnections: lost,
    pingsPerSReached: Math.round(acknowledged / elapsedS),
    ackMs: {
      p50: ms(delayUs.percentile(50)),
      p99: ms(delayUs.percentile(99)),
      max: ms(delayUs.max),
    },
    floodConnections: await flooding,
  })}\n`,
);
for (const socket of sockets) socket.destroy();
