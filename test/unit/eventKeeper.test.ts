import pino from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { PlaceEvent } from '../../server/domain/placeEvent.ts';
import {
  EventKeeper,
  type EventKeeperOptions,
  transitionBounds,
} from '../../server/eventKeeper.ts';
import type { EventsWritten } from '../../server/storage/eventsWritten.ts';

const patient = { timeout: 10_000 };
const startMs = Date.UTC(2024, 10, 27, 0, 15, 3);

const enter = (at: number): PlaceEvent => ({
  id: `enter.70.8.${at}`,
  kind: 'enter',
  ...{ unitKey: 70, fenceKey: 8, fenceVersion: 1, crossedAtMs: at, confirmedAtMs: at + 8_000 },
  ...{ probability: 0.99, accuracyM: 5, signedDistanceM: -30, fixedAtMs: [at] },
  ...{ rule: 'beyond_hysteresis', isCorrection: false },
});
const enters = (count: number, from = 0): PlaceEvent[] =>
  Array.from({ length: count }, (_, i) => enter(from + i));
const idsOf = (events: readonly PlaceEvent[]): string[] => events.map(({ id }) => id);

const databaseError = (code: string): Error =>
  Object.assign(new Error(`SQLSTATE ${code}`), { code });

/** A keeper into a table that takes a batch when `accept` does not throw. */
function keep(
  accept: (events: readonly PlaceEvent[]) => void | Promise<void> = () => undefined,
  nowMs = () => startMs,
  more: Partial<EventKeeperOptions<PlaceEvent>> = {},
) {
  const taken: (readonly PlaceEvent[])[] = [];
  const keeper = new EventKeeper({
    name: 'transitions',
    ...transitionBounds,
    write: async (events): Promise<EventsWritten> => {
      await accept(events);
      if (events.length > 0) taken.push(events);
      return { written: events.length, leftOut: [] };
    },
    log: pino({ level: 'silent' }),
    nowMs,
    ...more,
  });
  onTestFinished(() => keeper.close());
  return { keeper, taken };
}

it('writes all of them once, in the order in which they came, at most 1,000 at a time', async () => {
  const { keeper, taken } = keep();
  const events = enters(2_500);
  keeper.add(events.slice(0, 1));
  keeper.add(events.slice(1));
  expect(keeper.status()).toMatchObject({ waiting: 2_500 });
  await keeper.close();
  expect(taken.map(({ length }) => length)).toEqual([1, 1_000, 1_000, 499]);
  expect(idsOf(taken.flat())).toEqual(idsOf(events));
  expect(keeper.status()).toEqual({
    ...{ written: 2_500, waiting: 0, dropped: 0, leftOut: 0, failing: null },
  });
  expect(keeper.waiting()).toEqual([]);
});

it('begins the next batch when the one before is written, with all that came meanwhile', async () => {
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asked = Promise.withResolvers<void>();
  let asks = 0;
  const { keeper, taken } = keep(() => {
    asked.resolve();
    return answers[asks++]?.promise;
  });
  keeper.add([enter(1)]);
  await asked.promise;
  keeper.add([enter(2)]);
  keeper.add([enter(3)]);
  expect(asks).toBe(1);
  expect(idsOf(keeper.waiting())).toEqual(idsOf([enter(1), enter(2), enter(3)]));
  for (const { resolve } of answers) resolve();
  await keeper.close();
  expect(taken.map(idsOf)).toEqual([idsOf([enter(1)]), idsOf([enter(2), enter(3)])]);
});

it('tries again until the database takes them, and says meanwhile why it does not', async () => {
  let attempts = 0;
  const { keeper, taken } = keep(() => {
    attempts += 1;
    if (attempts < 3) throw databaseError(attempts === 1 ? '57P01' : '25006');
  });
  keeper.add(enters(2));
  await vi.waitFor(() => expect(keeper.status().failing).not.toBeNull(), patient);
  expect(keeper.status()).toMatchObject({
    waiting: 2,
    failing: { what: 'database_away', sinceMs: startMs, error: 'SQLSTATE 57P01' },
  });
  await vi.waitFor(
    () => expect(keeper.status().failing?.what ?? 'none').toBe('database_refuses'),
    patient,
  );
  await vi.waitFor(() => expect(keeper.status().waiting).toBe(0), patient);
  expect(keeper.status().failing).toBeNull();
  expect(taken.flat()).toEqual(enters(2));
});

it('leaves out the one that the database refuses, and holds up no other', async () => {
  const { keeper, taken } = keep((events) => {
    if (events.some(({ id }) => id === enter(5).id)) throw databaseError('22P05');
  });
  keeper.add(enters(9));
  await keeper.close();
  expect(idsOf(taken.flat())).toEqual(idsOf(enters(9).filter((_, i) => i !== 5)));
  expect(keeper.status()).toMatchObject({ written: 8, leftOut: 1, waiting: 0, failing: null });
});

it('leaves none out for an error that may be the fault of the database, while it takes nothing', async () => {
  let isBroken = true;
  let probes = 0;
  const { keeper, taken } = keep((events) => {
    if (events.length === 0) probes += 1;
    if (isBroken) throw databaseError('XX000');
  });
  keeper.add(enters(3));
  await vi.waitFor(() => expect(probes).toBe(1), patient);
  isBroken = false;
  await vi.waitFor(() => expect(keeper.status().waiting).toBe(0), patient);
  expect(taken.flat()).toEqual(enters(3));
  expect(keeper.status().leftOut).toBe(0);
});

it('keeps the newest 100,000 while the database is away, and counts what went', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const { keeper } = keep(() => {
    asked.resolve();
    return answer.promise;
  });
  onTestFinished(() => answer.resolve());
  keeper.add([enter(0)]);
  await asked.promise;
  keeper.add(enters(100_000, 1));
  expect(keeper.status()).toMatchObject({ waiting: 100_001, dropped: 0 });
  keeper.add(enters(3, 200_000));
  expect(keeper.status()).toMatchObject({ waiting: 100_001, dropped: 3 });
  const waiting = keeper.waiting();
  expect(idsOf(waiting.slice(0, 2))).toEqual(idsOf([enter(0), enter(4)]));
  expect(waiting.at(-1)?.id).toBe(enter(200_002).id);
});

it('keeps as many as it is told, and gathers as long as it is told', async () => {
  const long = keep(undefined, undefined, { maxWaiting: 2, gatherMs: 3_600_000 });
  long.keeper.add(enters(1));
  await vi.waitFor(() => expect(long.taken).toHaveLength(1), patient);
  long.keeper.add(enters(4, 1));
  expect(long.keeper.status()).toMatchObject({ waiting: 2, dropped: 2 });
  const short = keep(undefined, undefined, { gatherMs: 0 });
  short.keeper.add(enters(1));
  await vi.waitFor(() => expect(short.taken).toHaveLength(1), patient);
  short.keeper.add(enters(1, 1));
  await vi.waitFor(() => expect(short.taken).toHaveLength(2), patient);
  expect(long.taken).toHaveLength(1);
  await long.keeper.close();
  expect(long.taken.map(idsOf)).toEqual([idsOf(enters(1)), idsOf(enters(2, 3))]);
});

it('says that the database does not answer before its patience ends', async () => {
  let nowMs = startMs;
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const { keeper } = keep(
    () => {
      asked.resolve();
      return answer.promise;
    },
    () => nowMs,
  );
  onTestFinished(() => answer.resolve());
  keeper.add(enters(1));
  await asked.promise;
  expect(keeper.status().failing).toBeNull();
  nowMs += 5_000;
  expect(keeper.status().failing).toMatchObject({ what: 'database_away', sinceMs: startMs });
});

it('gives up at the close when the database is away, and still knows what was not written', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { keeper, taken } = keep(() => {
    throw databaseError('57P01');
  });
  keeper.add(enters(3));
  const closed = keeper.close();
  keeper.add([enter(3)]);
  await vi.advanceTimersByTimeAsync(3_000);
  await closed;
  expect(taken).toEqual([]);
  expect(idsOf(keeper.waiting())).toEqual(idsOf(enters(4)));
});
