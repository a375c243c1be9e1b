import { describe, expect, it } from 'vitest';
import { askForDetails } from '../../../../web/src/units/askForDetails.ts';
import { type FixDetails, readFixDetails } from '../../../../web/src/units/fixDetails.ts';

const answer: FixDetails = readFixDetails({ position: { batteryPct: 81 } });

/** Questions and pauses that a test answers and ends by hand. */
function createWorld(fetchDetails: () => Promise<FixDetails | undefined>) {
  const asked: string[] = [];
  const pauses: (() => void)[] = [];
  const told: (FixDetails | undefined)[] = [];
  const asker = askForDetails('unit-1', (details) => told.push(details), {
    fetchDetails: (unitId) => {
      asked.push(unitId);
      return fetchDetails();
    },
    after: (_delayMs, task) => {
      pauses.push(task);
      return () => {};
    },
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { asker, asked, pauses, told, settle };
}

describe('asking for the details of a unit', () => {
  it('asks once for many fixes within 2 s, and once more after them', async () => {
    const { asker, asked, pauses, told, settle } = createWorld(async () => answer);
    asker.ask();
    asker.ask();
    asker.ask();
    await settle();
    expect(asked).toEqual(['unit-1']);
    expect(told).toEqual([answer]);
    pauses[0]?.();
    await settle();
    expect(asked).toHaveLength(2);
    pauses[1]?.();
    await settle();
    expect(asked).toHaveLength(2);
  });

  it('says so when the server does not answer, and asks again for the next fix', async () => {
    const { asker, asked, pauses, told, settle } = createWorld(async () => undefined);
    asker.ask();
    await settle();
    expect(told).toEqual([undefined]);
    asker.ask();
    pauses[0]?.();
    await settle();
    expect(asked).toHaveLength(2);
  });

  it('asks no more after it was closed', async () => {
    const { asker, asked, pauses, settle } = createWorld(async () => answer);
    asker.ask();
    asker.ask();
    asker.close();
    await settle();
    pauses[0]?.();
    await settle();
    expect(asked).toHaveLength(1);
  });

  it('reads what it can of an answer and leaves out what has the wrong form', () => {
    const position = {
      fixedAtMs: 1000,
      receivedAtMs: 1250,
      altitudeM: 'high',
      batteryPct: 81,
      attributes: { pump: true, nested: { no: 1 }, waterLevelPct: 64 },
    };
    const condition = {
      contactAtMs: null,
      clock: { state: 'corrected', offsetMs: 3_600_000 },
      lastSos: { trackerId: 'hp-1', happenedAtMs: 1, receivedAtMs: 2, text: 'tolong' },
      isWeak: true,
    };
    const json = { unit: { bearer: 'Bripka Sari' }, position, ...condition };
    expect(readFixDetails(json)).toEqual({
      bearer: 'Bripka Sari',
      fixedAtMs: 1000,
      delayMs: 250,
      altitudeM: undefined,
      batteryPct: 81,
      sats: undefined,
      attributes: [
        ['pump', true],
        ['waterLevelPct', 64],
      ],
      contactAtMs: undefined,
      clock: { state: 'corrected', offsetMs: 3_600_000 },
      lastSos: { receivedAtMs: 2, text: 'tolong' },
      isWeak: true,
    });
    expect(readFixDetails(null)).toMatchObject({ attributes: [], isWeak: false });
    expect(readFixDetails({ clock: { state: 'melted' } }).clock).toBeUndefined();
  });
});
