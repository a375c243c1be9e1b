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
  const retentionRules = { units: 3, heldUnits: 1, deleted: 4_711, ranAtMs };
  const ran = { ...parts, maintenance: { ...parts.maintenance, retentionRules } };
  expect(describeHealth(ran).retentionRules).toEqual({
    ranAt: '2024-11-27T03:04:05.000Z',
    units: 3,
    heldUnits: 1,
    deleted: 4_711,
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
