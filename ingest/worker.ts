/*
 * The ingest thread: the door and the journal behind it. It runs beside the server thread so that a
 * flood of pings cannot starve screens or database. Wiring of the thread only; started by ingest.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { SetAsideCounter } from '../server/domain/setAside.ts';
import { errorCode } from '../server/domain/systemError.ts';
import type { Tracker } from '../server/domain/unit.ts';
import { admit } from './admission.ts';
import { defaultJournalLimits, JournalWriter, segmentBytesFor } from './journal/journalWriter.ts';
import { recoverJournal } from './journal/recoverJournal.ts';
import type { FromIngest, IngestReport, IngestSettings, ToIngest } from './messages.ts';
import { MqttListener, type Published, type Settle } from './mqtt/mqttListener.ts';
import { Outbox } from './outbox.ts';
import { createServerClock } from './serverClock.ts';

if (parentPort === null) throw new Error('ingest/worker.ts runs as a worker thread only');
const server = parentPort;
const settings: IngestSettings = workerData;
const reportEveryMs = 1000;
const { nowMs } = createServerClock(settings.clockBaseMs);

const say = (message: FromIngest): void => server.postMessage(message);

const { maxConnections } = settings;
const setAside = new SetAsideCounter();
let known: ReadonlyMap<string, Tracker> = new Map();
let [admitted, lost] = [0, 0];

const outbox = new Outbox(
  (chunk) => {
    const message: FromIngest = { type: 'chunk', chunk };
    server.postMessage(message, [chunk.bytes.buffer]);
  },
  (isBehind) => {
    if (isBehind) journal?.hold();
    else journal?.resume();
  },
);
const journal = await openJournal();

const mqtt = new MqttListener(
  { maxPacketBytes: 65_536, maxConnections, connectTimeoutMs: 10_000, maxInFlight: 256 },
  {
    onPublished: takeMessage,
    isCrowded: () => journal?.isCrowded ?? true,
    onSetAside: (reason, detail, address) => {
      setAside.add(reason, { atMs: nowMs(), detail, address });
    },
  },
);

/** Opens the journal and tells the server what is in it; undefined when it cannot be used. */
async function openJournal(): Promise<JournalWriter | undefined> {
  const { dir, maxBytes, keepMs, consumers } = settings.journal;
  try {
    const recovered = await recoverJournal(dir);
    const limits = {
      ...defaultJournalLimits,
      segmentBytes: segmentBytesFor(maxBytes),
      maxBytes,
      keepMs,
    };
    const writer = new JournalWriter(dir, recovered, consumers, limits, {
      onChunk: (chunk) => outbox.add(chunk),
      onRecovered: () => mqtt.endOwing(),
      onRoom: () => mqtt.readOn(),
      nowMs,
    });
    const { id, lastSequence, tornBytes, leftOver } = recovered;
    say({ type: 'opened', id, lastSequence, tornBytes, leftOver });
    return writer;
  } catch (error) {
    say({ type: 'notOpened', detail: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/** Lets a message in or sets it aside. A refused one is acknowledged too: it would only come again. */
function takeMessage({ topic, payload, address, qos }: Published, settle: Settle): void {
  const claim = admit(topic, known);
  const receivedAtMs = nowMs();
  if (!claim.ok) {
    setAside.add(claim.reason, { atMs: receivedAtMs, detail: claim.detail, topic, address });
    settle(true);
    return;
  }
  admitted += 1;
  const { trackerId, codec } = claim.value;
  const input = { kind: 'raw_message', codec, trackerId, payload } as const;
  journal?.append(input, receivedAtMs, false, (outcome) => {
    const isStored = outcome === 'stored';
    if (qos === 0 && !isStored) lost += 1;
    settle(isStored);
  });
}

let lastReport = '';
function report(): void {
  if (journal === undefined) return;
  const state: IngestReport = {
    connections: mqtt.connections,
    maxConnections,
    admitted,
    waiting: mqtt.waiting,
    lost,
    journal: journal.status(),
    setAside: setAside.counts(),
  };
  const text = JSON.stringify(state);
  if (text === lastReport) return;
  lastReport = text;
  say({ type: 'report', report: state });
}
const reporting = setInterval(report, reportEveryMs);

async function listen(after: number): Promise<void> {
  try {
    await journal?.start(after);
    report();
    say({ type: 'listening', mqttPort: await mqtt.start(settings.mqtt.host, settings.mqtt.port) });
  } catch (error) {
    const code = errorCode(error) ?? 'unknown';
    say({ type: 'failed', code, detail: String(error) });
    await close();
  }
}

async function close(): Promise<void> {
  clearInterval(reporting);
  await mqtt.close();
  let failure: string | undefined;
  try {
    await journal?.close();
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  outbox.close();
  report();
  say({ type: 'closed', failure });
  server.close();
}

server.on('message', (message: ToIngest) => {
  switch (message.type) {
    case 'listen':
      void listen(message.after);
      return;
    case 'trackers':
      known = new Map(message.trackers.map((tracker) => [tracker.id, tracker]));
      return;
    case 'credit':
      outbox.credit();
      return;
    case 'consumed':
      journal?.setConsumed(message.consumer, message.sequence);
      return;
    case 'append': {
      const { number, input, isUrgent } = message;
      journal?.append(input, nowMs(), isUrgent, (outcome) => {
        say({ type: 'appended', number, isStored: outcome === 'stored' });
      });
      return;
    }
    case 'close':
      void close();
      return;
  }
});

if (journal === undefined) await close();
