import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkSubscription, checkWill } from '../../ingest/admission.ts';
import { Door } from '../../ingest/door.ts';
import { Identities } from '../../ingest/identities.ts';
import { defaultJournalLimits, JournalWriter } from '../../ingest/journal/journalWriter.ts';
import { recoverJournal } from '../../ingest/journal/recoverJournal.ts';
import { MqttListener } from '../../ingest/mqtt/mqttListener.ts';
import { type DoorLimits, defaultDoorLimits } from '../../server/domain/doorLimits.ts';

/** The door and its journal in this thread, so that its loop can be watched, with trackers `flooder`, `sim-1`, `sim-2` ... */
export async function openBenchDoor(
  trackers: number,
  some: Partial<DoorLimits>,
): Promise<{ readonly port: number; readonly door: Door; close(): Promise<void> }> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'posko-bench-'));
  const limits = { ...defaultDoorLimits, ...some };
  const ids = ['flooder', ...Array.from({ length: trackers }, (_, i) => `sim-${i + 1}`)];
  const identities = new Identities({
    verify: async () => ({ isRight: true, retryAfterMs: undefined }),
    onUnknown: () => undefined,
  });
  identities.setPrincipals({
    trackers: ids.map((id, key) => ({
      id,
      key,
      region: '64.08',
      unitKey: key,
      role: 'primary',
      isWeak: false,
      networks: [],
    })),
    gateways: [],
    secretVersions: new Map(ids.map((id) => [id, 1])),
    certificatesFromMs: new Map(),
  });
  const journal = new JournalWriter(
    dir,
    await recoverJournal(dir),
    ['bench'],
    { ...defaultJournalLimits, maxBytes: 5e9, keepMs: 0 },
    {
      onChunk: ({ lastSequence }) => journal.setConsumed('bench', lastSequence),
      onRecovered: () => listener.endOwing(),
      onRoom: () => listener.readOn(),
      nowMs: Date.now,
    },
  );
  const door = new Door({
    limits,
    identities,
    append: (input, atMs, isUrgent, onSettled) => journal.append(input, atMs, isUrgent, onSettled),
    isCrowded: () => journal.isCrowded,
    onUnknown: () => undefined,
    nowMs: Date.now,
  });
  const listener = new MqttListener(
    { host: '127.0.0.1', port: 0, tls: undefined },
    { ...limits, maxConnections: 100_000 },
    {
      identify: (hello) => identities.identify(hello),
      onPublished: (received, settle) =>
        door.take(received, received.speaker, received.door, settle),
      isUrgent: (topic, speaker) => door.isUrgent(topic, speaker),
      takeTurn: (speaker, bytes) => door.takeTurn(speaker, bytes),
      takeControls: (speaker, cost) => door.takeControls(speaker, cost),
      isOverdrawn: (speaker) => door.isOverdrawn(speaker),
      checkWill: (topic, speaker) => checkWill(topic, speaker, identities.known, limits),
      checkSubscription: (filter, speaker) =>
        checkSubscription(filter, speaker, identities.known, limits),
      isCrowded: () => journal.isCrowded,
      onSetAside: (reason, detail, address, about) => door.count(reason, detail, address, about),
      onContact: () => undefined,
    },
  );
  await journal.start(0);
  const { mqtt } = await listener.start();
  return {
    port: mqtt ?? 0,
    door,
    close: async () => {
      await listener.close();
      await journal.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
