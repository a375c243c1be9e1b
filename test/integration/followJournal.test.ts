import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { followJournal } from '../../server/followJournal.ts';
import { LiveHub } from '../../server/live/liveHub.ts';
import { createLiveCore } from '../../server/liveCore.ts';
import { openDatabase } from '../../server/storage/database.ts';
import { writeAlarmEvents } from '../../server/storage/writeAlarmEvents.ts';
import { alarmRig, causeOf, sosRule } from '../unit/alarms/alarmRig.ts';

const log = pino({ level: 'silent' });
const journalId = '00000000-0000-4000-8000-000000000001';

it('goes on with open alarms that the kept state lacks, whose record the journal could not take', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'posko-test-'));
  const database = await openDatabase({ databaseUrl: undefined, dataDir, log });
  onTestFinished(async () => {
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const { pool } = database;
  const rig = alarmRig([sosRule]);
  const sos = { kind: 'sos', fenceKey: undefined } as const;
  const subject = { callsign: 'Patroli 12' };
  rig.raise(0, causeOf('first', { ...sos, subjectKey: 'unit:12' }), { subject });
  // it began with a record that is nowhere
  const events = rig.events.map((event) => ({ ...event, alarm: { ...event.alarm, sequence: 0 } }));
  await writeAlarmEvents(pool, events);
  const core = createLiveCore({
    ...{ pool, hub: new LiveHub({ version: '0', mode: 'live' }, Date.now), nowMs: Date.now },
    ...{ retentionMs: 366 * 24 * 3_600_000, journalId, followers: [] },
    append: () => Promise.resolve(true),
    onChangeTaken: () => undefined,
  });
  await core.readRoster();
  const kept = deserialize(serialize(core.keep(0)));
  const { recorder } = await followJournal({
    ...{ pool, core, log, nowMs: Date.now, dir: dataDir },
    journal: { id: journalId, lastSequence: 0, tornBytes: 0, leftOver: [] },
    state: {
      ...{ journalId, sequence: 0, recorded: 0, core: kept },
      ...{ unwritten: [], unwrittenAlarms: [], unwrittenIncidents: [] },
    },
    onRecorded: () => undefined,
    signal: new AbortController().signal,
  });
  await recorder.close();
  expect([...core.alarms.openAlarms()]).toMatchObject([{ id: rig.alarm.id, isActive: true }]);
});
