import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Ingest } from '../../ingest/ingest.ts';
import type { IngestReport } from '../../ingest/messages.ts';
import { defaultDoorLimits } from '../../server/domain/doorLimits.ts';
import { recordsOf } from '../../server/domain/journalRecord.ts';
import type { Principals } from '../../server/domain/principal.ts';
import { mosquittoMissing, publisher, startMosquitto } from './fixtures/mosquitto.ts';
import { journalFolder } from './journal/journalFolder.ts';

const patient = { timeout: 15_000 };
const principals: Principals = {
  trackers: [
    {
      key: 1,
      id: 'hp-07',
      region: '64.08',
      unitKey: 1,
      role: 'primary',
      isWeak: false,
      networks: [],
    },
  ],
  gateways: [],
  secretVersions: new Map(),
  certificatesFromMs: new Map(),
};

/** The ingest thread at a broker of others, with what came into its journal. */
async function openIngest(brokerUrl: string, dir: string) {
  const came: string[] = [];
  const unknown: string[] = [];
  const reports: IngestReport[] = [];
  const ingest = new Ingest(
    {
      mqtt: { host: '127.0.0.1', port: 0, tls: undefined },
      broker: { url: brokerUrl, caFile: undefined },
      maxConnections: 100,
      limits: defaultDoorLimits,
      clockBaseMs: Date.now() - Number(process.hrtime.bigint()) / 1e6,
      journal: { dir, maxBytes: 1e8, keepMs: 3_600_000, consumers: ['test'] },
    },
    {
      onChunk: ({ bytes }) => {
        for (const record of recordsOf(bytes)) {
          if (record.kind !== 'raw_message') continue;
          came.push(`${record.codec} ${record.trackerId} ${Buffer.from(record.payload)}`);
        }
      },
      onReport: (report) => reports.push(report),
      onVerify: async () => ({ isRight: false, retryAfterMs: undefined }),
      onUnknown: ({ id, door }) => unknown.push(`${id} by ${door}`),
      onContacts: () => undefined,
      onTrouble: (sentence) => {
        throw new Error(sentence);
      },
      onCrash: (error) => {
        throw error;
      },
    },
  );
  onTestFinished(() => ingest.close());
  const { lastSequence } = await ingest.open();
  const ports = await ingest.listen(principals, lastSequence);
  await vi.waitFor(() => expect(reports.at(-1)?.broker?.isConnected).toBe(true), patient);
  return { ingest, came, unknown, reports, ports };
}

describe.skipIf(mosquittoMissing !== undefined)('ingest at a broker of others', () => {
  it('journals what its trackers sent, also while it was away', async () => {
    const mosquitto = await startMosquitto();
    const url = `mqtt://127.0.0.1:${mosquitto.port}`;
    const dir = journalFolder();
    const first = await openIngest(url, dir);
    expect(first.ports).toEqual({ mqtt: undefined, mqtts: undefined });
    const client = await publisher(mosquitto.port);
    const send = (leaf: string, text: string, id = 'hp-07') =>
      client.publishAsync(`posko/64.08/${id}/${leaf}`, text, { qos: 1 });
    await send('fix', 'stranger', 'hp-99');
    await send('fix', 'one');
    await vi.waitFor(() => expect(first.came).toEqual(['native_fix hp-07 one']), patient);
    await vi.waitFor(() => expect(first.unknown).toEqual(['hp-99 by broker']), patient);
    await first.ingest.close();

    await send('fix', 'two');
    await send('status', 'three');
    await send('sos', 'help');
    const second = await openIngest(url, dir);
    const wanted = ['native_fix hp-07 two', 'native_sos hp-07 help', 'native_status hp-07 three'];
    await vi.waitFor(() => expect(second.came.toSorted()).toEqual(wanted), patient);
    await vi.waitFor(
      () => expect(second.reports.at(-1)).toMatchObject({ admitted: 3, waiting: 0 }),
      patient,
    );
  });
});
