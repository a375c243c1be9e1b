import { expect, it } from 'vitest';
import { describeHealth } from '../../server/health.ts';
import { partsWith, quietJournal } from './healthParts.ts';

it('is ready, with nothing to say, when all is well', () => {
  const health = describeHealth(partsWith(quietJournal));
  expect(health).toMatchObject({ status: 'ready', degradations: [] });
});

it('says that the journal fills from nine tenths of what it may take on, and what to do', () => {
  const filled = { ...quietJournal, neededBytes: 14_400_000, allowedBytes: 16_000_000 };
  expect(describeHealth(partsWith(filled))).toMatchObject({
    status: 'degraded',
    degradations: [
      {
        code: 'journal_filling',
        detail: expect.stringMatching(
          /holds 14\.4 MB that the database does not have, of 16 MB .*: bring the database back/,
        ),
      },
    ],
  });
  const nearly = { ...filled, neededBytes: 14_399_999 };
  expect(describeHealth(partsWith(nearly)).degradations).toEqual([]);
});

it('shows what the retention rules last did, and null before they did anything', () => {
  const parts = partsWith(quietJournal);
  expect(describeHealth(parts).retentionRules).toBeNull();
  const ranAtMs = Date.UTC(2024, 10, 27, 3, 4, 5);
  const retentionRules = {
    units: 3,
    heldUnits: 1,
    deleted: 4_711,
    deletedEvents: 17,
    deletedTransitions: 0,
    ranAtMs,
  };
  const ran = { ...parts, maintenance: { ...parts.maintenance, retentionRules } };
  expect(describeHealth(ran).retentionRules).toEqual({
    ranAt: '2024-11-27T03:04:05.000Z',
    units: 3,
    heldUnits: 1,
    deleted: 4_711,
    deletedEvents: 17,
    deletedTransitions: 0,
  });
});

it('does not count what the database has', () => {
  const used = { ...quietJournal, usedBytes: 16_000_000, allowedBytes: 16_000_000 };
  expect(describeHealth(partsWith(used)).status).toBe('ready');
});

it('is not ready once the journal does not store, and then says only that of it', () => {
  const full = {
    ...quietJournal,
    state: 'full',
    error: 'its bound is reached',
    notStored: 5,
  } as const;
  expect(describeHealth(partsWith({ ...full, neededBytes: 5e9 }))).toMatchObject({
    status: 'not_ready',
    degradations: [
      { code: 'journal_not_storing', detail: expect.stringMatching(/full: its bound .* 5 so far/) },
    ],
  });
});

it.each([
  ['database_away', /does not take positions since 2024-11-27T00:15:03.000Z \(gone\)/],
  ['database_refuses', /answers and refuses to write since .* whether it is read-only/],
  ['journal_unreadable', /the journal cannot be read since .* check the disk/],
] as const)('says what keeps records out of the database: %s', (what, detail) => {
  const parts = partsWith(quietJournal);
  const failing = { what, sinceMs: Date.UTC(2024, 10, 27, 0, 15, 3), error: 'gone' };
  const recorder = { ...parts.recorder, behind: 7, failing };
  expect(describeHealth({ ...parts, recorder }).degradations).toEqual([
    { code: what, detail: expect.stringMatching(detail) },
  ]);
});

it('counts what could not be written, and what had to go to make room', () => {
  const parts = partsWith(quietJournal);
  const health = describeHealth({
    ...parts,
    recorder: { ...parts.recorder, leftOut: 2 },
    maintenance: { ...parts.maintenance, quarantineDisplaced: 3 },
  });
  expect(health.storage).toMatchObject({ leftOut: 2, quarantineDisplaced: 3 });
  expect(health.degradations).toEqual([
    { code: 'records_left_out', detail: expect.stringMatching(/^2 times/) },
    { code: 'quarantine_skipped', detail: expect.stringMatching(/^3 dead letters/) },
  ]);
});
