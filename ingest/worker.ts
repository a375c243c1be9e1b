/*
 * The ingest thread: the door. It runs beside the server thread so that a flood of pings cannot
 * starve screens or database. Wiring of the thread only; started by ingest.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { batchBuffers } from '../server/domain/rawBatch.ts';
import { SetAsideCounter } from '../server/domain/setAside.ts';
import type { Tracker } from '../server/domain/unit.ts';
import { admit } from './admission.ts';
import type { FromIngest, IngestReport, IngestSettings, ToIngest } from './messages.ts';
import { MqttListener, type Published } from './mqtt/mqttListener.ts';
import { Outbox } from './outbox.ts';

if (parentPort === null) throw new Error('ingest/worker.ts runs as a worker thread only');
const server = parentPort;
const settings: IngestSettings = workerData;
const reportEveryMs = 1000;

const say = (message: FromIngest): void => server.postMessage(message);

const { maxConnections } = settings;
const setAside = new SetAsideCounter();
const outbox = new Outbox((batch) => {
  const message: FromIngest = { type: 'batch', batch };
  server.postMessage(message, batchBuffers(batch));
});
let known: ReadonlyMap<string, Tracker> = new Map();

const mqtt = new MqttListener(
  { maxPacketBytes: 65_536, maxConnections, connectTimeoutMs: 10_000 },
  {
    onPublished: takeMessage,
    onSetAside: (reason, detail, address) => {
      setAside.add(reason, { atMs: Date.now(), detail, address });
    },
  },
);

/** Lets a message in or sets it aside. Either way it is acknowledged: a refused one would only come again. */
function takeMessage({ topic, payload, address }: Published, accepted: () => void): void {
  const admitted = admit(topic, known);
  const receivedAtMs = Date.now();
  if (admitted.ok) {
    outbox.add({ ...admitted.value, receivedAtMs, payload }, accepted);
  } else {
    setAside.add(admitted.reason, { atMs: receivedAtMs, detail: admitted.detail, topic, address });
    accepted();
  }
}

let lastReport = '';
function report(): void {
  const state: IngestReport = {
    connections: mqtt.connections,
    maxConnections,
    admitted: outbox.admitted,
    waiting: outbox.waiting,
    setAside: setAside.counts(),
  };
  const text = JSON.stringify(state);
  if (text === lastReport) return;
  lastReport = text;
  say({ type: 'report', report: state });
}
const reporting = setInterval(report, reportEveryMs);

async function close(): Promise<void> {
  clearInterval(reporting);
  await mqtt.close();
  outbox.close();
  report();
  say({ type: 'closed' });
  server.close();
}

server.on('message', (message: ToIngest) => {
  switch (message.type) {
    case 'trackers':
      known = new Map(message.trackers.map((tracker) => [tracker.id, tracker]));
      return;
    case 'credit':
      outbox.credit();
      return;
    case 'close':
      void close();
      return;
  }
});

try {
  say({ type: 'listening', mqttPort: await mqtt.start(settings.mqtt.host, settings.mqtt.port) });
} catch (error) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  say({ type: 'failed', code, detail: String(error) });
  await close();
}
