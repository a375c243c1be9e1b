/*
 * The ingest thread: the door and the journal behind it. It runs beside the server thread so that a
 * flood of pings cannot starve screens or database. Wiring of the thread only; started by ingest.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { SecretCheck, SecretChecked, Submission } from '../server/domain/submission.ts';
import { errorCode } from '../server/domain/systemError.ts';
import { checkSubscription, checkWill } from './admission.ts';
import { Contacts } from './contacts.ts';
import { Door } from './door.ts';
import { Identities } from './identities.ts';
import { defaultJournalLimits, JournalWriter, segmentBytesFor } from './journal/journalWriter.ts';
import { recoverJournal } from './journal/recoverJournal.ts';
import type {
  BrokerAddress,
  BrokerReport,
  DoorPorts,
  FromIngest,
  IngestReport,
  IngestSettings,
  ToIngest,
  UnknownCaller,
} from './messages.ts';
import { ExternalBroker } from './mqtt/externalBroker.ts';
import { MqttListener } from './mqtt/mqttListener.ts';
import { CertificateError, PortError } from './mqtt/mqttPorts.ts';
import { Outbox } from './outbox.ts';
import { createServerClock } from './serverClock.ts';

if (parentPort === null) throw new Error('ingest/worker.ts runs as a worker thread only');
const server = parentPort;
const settings: IngestSettings = workerData;
const reportEveryMs = 1000;
/** Different unknown ids that are told in a second; more are only counted. */
const unknownEachSecond = 100;
const { nowMs } = createServerClock(settings.clockBaseMs);

const say = (message: FromIngest): void => server.postMessage(message);

const { maxConnections, limits } = settings;

/** Secrets that the server thread looks at, by number; each has a connection or a request that waits. */
const checks = new Map<number, (checked: SecretChecked) => void>();
let checked = 0;
/** Asks the server thread, which has the hashes. */
function verify(check: SecretCheck): Promise<SecretChecked> {
  checked += 1;
  const number = checked;
  return new Promise((resolve) => {
    checks.set(number, resolve);
    say({ type: 'verify', number, check });
  });
}

const toldUnknown = new Set<string>();
function tellUnknown(unknown: UnknownCaller): void {
  if (toldUnknown.has(unknown.id) || toldUnknown.size >= unknownEachSecond) return;
  toldUnknown.add(unknown.id);
  say({ type: 'unknown', ...unknown });
}

const identities = new Identities({ verify, onUnknown: tellUnknown });
const door = new Door({
  limits,
  identities,
  append: (input, atMs, isUrgent, onSettled) => journal?.append(input, atMs, isUrgent, onSettled),
  isCrowded,
  onUnknown: tellUnknown,
  nowMs,
});
const contacts = new Contacts();

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
const opened = await openJournal();
const journal = opened?.writer;

const mqtt = new MqttListener(
  settings.mqtt,
  { ...limits, maxConnections },
  {
    identify: (hello) => identities.identify(hello),
    onPublished: (received, settle) => door.take(received, received.speaker, received.door, settle),
    isUrgent: (topic, speaker) => door.isUrgent(topic, speaker),
    takeTurn: (speaker, bytes) => door.takeTurn(speaker, bytes),
    takeControls: (speaker, cost) => door.takeControls(speaker, cost),
    isOverdrawn: (speaker) => door.isOverdrawn(speaker),
    checkWill: (topic, speaker) => checkWill(topic, speaker, identities.known, limits),
    checkSubscription: (filter, speaker) =>
      checkSubscription(filter, speaker, identities.known, limits),
    isCrowded,
    onSetAside: (reason, detail, address, about) => door.count(reason, detail, address, about),
    onContact: ({ kind, id }, what) => {
      // a gateway says nothing about which of its trackers it hears
      if (kind === 'tracker') contacts[what](id, nowMs());
    },
  },
);

let brokerReport: BrokerReport | undefined;
const broker = settings.broker === undefined ? undefined : createBroker(settings.broker);

/** A broker of others in place of our own; its owner checked who published. */
function createBroker({ url, caFile }: BrokerAddress): ExternalBroker {
  return new ExternalBroker({
    url,
    caFile,
    clientId: `posko-${opened?.id ?? ''}`,
    limits: { packetBytes: limits.packetBytes },
    handlers: {
      onPublished: (fetched, settle) => door.take(fetched, undefined, 'broker', settle),
      isCrowded,
      onSetAside: (reason, detail, address) => door.count(reason, detail, address),
      onState: (report) => {
        brokerReport = report;
      },
    },
    nowMs,
  });
}

function isCrowded(): boolean {
  return journal?.isCrowded ?? true;
}

/** Opens the journal and tells the server what is in it; undefined when it cannot be used. */
async function openJournal(): Promise<
  { readonly writer: JournalWriter; readonly id: string } | undefined
> {
  const { dir, maxBytes, keepMs, consumers } = settings.journal;
  try {
    const recovered = await recoverJournal(dir);
    const writer = new JournalWriter(
      dir,
      recovered,
      consumers,
      { ...defaultJournalLimits, segmentBytes: segmentBytesFor(maxBytes), maxBytes, keepMs },
      {
        onChunk: (chunk) => outbox.add(chunk),
        onRecovered: () => {
          mqtt.endOwing();
          broker?.endOwing();
        },
        onRoom: () => {
          mqtt.readOn();
          broker?.readOn();
        },
        nowMs,
      },
    );
    const { id, lastSequence, tornBytes, leftOver } = recovered;
    say({ type: 'opened', id, lastSequence, tornBytes, leftOver });
    return { writer, id };
  } catch (error) {
    say({ type: 'notOpened', detail: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

let lastReport = '';
function report(): void {
  if (journal === undefined) return;
  toldUnknown.clear();
  mqtt.endOverdue(nowMs());
  const news = contacts.takeNews();
  if (news.length > 0) say({ type: 'contacts', contacts: news });
  const state: IngestReport = {
    connections: mqtt.connections,
    maxConnections,
    admitted: door.admitted,
    waiting: mqtt.waiting + (broker?.waiting ?? 0),
    broker: brokerReport,
    out: broker?.out ?? mqtt.out,
    lost: door.lost,
    journal: journal.status(),
    setAside: door.setAside(),
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
    say({ type: 'listening', ports: await openDoor() });
  } catch (error) {
    const isCertificate = error instanceof CertificateError;
    say({
      type: 'failed',
      code: isCertificate
        ? 'bad_certificate'
        : (errorCode(error instanceof PortError ? error.cause : error) ?? 'unknown'),
      door: error instanceof PortError ? error.door : isCertificate ? 'mqtts' : 'mqtt',
      detail: error instanceof Error ? error.message : String(error),
    });
    await close();
  }
}

async function openDoor(): Promise<DoorPorts> {
  if (broker === undefined) return mqtt.start();
  broker.start();
  return { mqtt: undefined, mqtts: undefined };
}

async function close(): Promise<void> {
  clearInterval(reporting);
  await Promise.all([mqtt.close(), broker?.close()]);
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

async function submit(number: number, submission: Submission): Promise<void> {
  say({ type: 'submitted', number, submitted: await door.submit(submission) });
}

server.on('message', (message: ToIngest) => {
  switch (message.type) {
    case 'listen':
      void listen(message.after);
      return;
    case 'principals':
      identities.setPrincipals(message.principals);
      mqtt.endUnwelcome((speaker, proof) => identities.isStill(speaker, proof));
      return;
    case 'verified':
      checks.get(message.number)?.(message.checked);
      checks.delete(message.number);
      return;
    case 'submit':
      void submit(message.number, message.submission);
      return;
    case 'reloadTls':
      void mqtt.reloadTls().then((failure) => say({ type: 'tlsReloaded', failure }));
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
    case 'publish':
      (broker ?? mqtt).publish(message.messages);
      say({ type: 'published', number: message.number });
      return;
    case 'endListeners':
      mqtt.endListeners(new Set(message.credentials));
      return;
    case 'close':
      void close();
      return;
  }
});

if (journal === undefined) await close();
