import fc from 'fast-check';
import type { Fix } from '../../../server/domain/fix.ts';
import type { TimeWindow } from '../../../server/storage/queries/timeWindow.ts';
import type { AreaVisit, Box } from '../../../server/storage/queries/unitsInArea.ts';

/*
 * The answers that queries must give, found the slow and plain way: by looking through all fixes.
 */

/** A fix as it is stored. */
export type PlainFix = Fix & {
  readonly trackerKey: number;
  readonly receivedAtMs: number;
  readonly isDelayed?: boolean;
};

/** Who carried a tracker; `toMs` undefined: until further notice. */
export type Carry = {
  readonly trackerKey: number;
  readonly unitKey: number;
  readonly role: 'primary' | 'backup';
  readonly fromMs: number;
  readonly toMs: number | undefined;
};

/** All that a test writes. */
export type History = {
  readonly assignments: readonly Carry[];
  readonly fixes: readonly PlainFix[];
};

export type Identity = readonly [trackerKey: number, fixedAtMs: number];

const trackerKeys = [1, 2, 3, 4];
const minuteMs = 60_000;

/** Some trackers, passed among two units within an hour, with up to 60 fixes that came in early and late. */
export function histories(startMs: number): fc.Arbitrary<History> {
  const minute = fc.integer({ min: 0, max: 60 });
  const carry = fc.record({
    trackerKey: fc.constantFrom(...trackerKeys),
    unitKey: fc.constantFrom(10, 20),
    role: fc.constantFrom('primary' as const, 'backup' as const),
    fromMs: minute.map((m) => startMs + m * minuteMs),
    toMs: fc.option(
      minute.map((m) => startMs + m * minuteMs),
      { nil: undefined },
    ),
  });
  const fix = fc
    .record({
      trackerKey: fc.constantFrom(...trackerKeys),
      // half minutes, so that fixes meet each other and the ends of assignments
      halfMinute: fc.integer({ min: 0, max: 120 }),
      delayMinutes: fc.integer({ min: -9, max: 30 }),
      step: fc.integer({ min: 0, max: 10 }),
    })
    .map(({ trackerKey, halfMinute, delayMinutes, step }) => {
      const fixedAtMs = startMs + (halfMinute * minuteMs) / 2;
      return {
        trackerKey,
        fixedAtMs,
        receivedAtMs: fixedAtMs + delayMinutes * minuteMs,
        lon: 117.5 + step / 10_000,
        lat: 0.5,
      };
    });
  return fc.record({
    assignments: fc.array(carry, { maxLength: 10 }).map(onlyPossible),
    fixes: fc.uniqueArray(fix, {
      maxLength: 60,
      selector: ({ trackerKey, fixedAtMs }) => `${trackerKey} ${fixedAtMs}`,
    }),
  });
}

/** The fixes that drove a unit in a window, in order. */
export function trackOf(history: History, unitKey: number, window: TimeWindow): Identity[] {
  return driving(history, unitKey, history.fixes)
    .filter(({ fixedAtMs }) => fixedAtMs >= window.fromMs && fixedAtMs < window.toMs)
    .map(({ trackerKey, fixedAtMs }) => [trackerKey, fixedAtMs]);
}

/** The fix that a unit is at, at a time. */
export function snapshotOf(
  history: History,
  unitKey: number,
  atMs: number,
  isAsKnown: boolean,
): Identity | undefined {
  const known = history.fixes.filter(({ fixedAtMs, receivedAtMs }) =>
    isAsKnown ? receivedAtMs <= atMs && fixedAtMs < atMs + 10 * minuteMs : fixedAtMs <= atMs,
  );
  const begun = history.assignments.filter(({ fromMs }) => fromMs <= atMs);
  const last = driving({ ...history, assignments: begun }, unitKey, known).at(-1);
  return last && [last.trackerKey, last.fixedAtMs];
}

/** One entry for each assignment that had a fix in the box. */
export function visitsOf(
  { assignments, fixes }: History,
  box: Box,
  window: TimeWindow,
): AreaVisit[] {
  return assignments.flatMap((carry) => {
    const times = fixes
      .filter((fix) => covers(carry, fix))
      .filter(({ fixedAtMs }) => fixedAtMs >= window.fromMs && fixedAtMs < window.toMs)
      .filter(
        ({ lon, lat }) =>
          lon >= box.west && lon <= box.east && lat >= box.south && lat <= box.north,
      )
      .map(({ fixedAtMs }) => fixedAtMs);
    if (times.length === 0) return [];
    const { unitKey, trackerKey, role } = carry;
    const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)];
    return [{ unitKey, trackerKey, role, firstMs, lastMs, fixCount: times.length }];
  });
}

type Layered = PlainFix & { readonly layer: number };

function driving(history: History, unitKey: number, fixes: readonly PlainFix[]): Layered[] {
  const own: Layered[] = fixes.flatMap((fix) => {
    const carry = history.assignments.find((c) => c.unitKey === unitKey && covers(c, fix));
    if (carry === undefined) return [];
    return [{ ...fix, layer: carry.role === 'primary' ? 0 : fix.trackerKey }];
  });
  return own
    .filter(
      (fix) =>
        !own.some(
          (other) =>
            other.layer < fix.layer &&
            other.fixedAtMs <= fix.fixedAtMs &&
            other.fixedAtMs >= fix.fixedAtMs - 5 * minuteMs,
        ),
    )
    .sort((a, b) => a.fixedAtMs - b.fixedAtMs || a.layer - b.layer);
}

function covers(carry: Carry, { trackerKey, fixedAtMs }: PlainFix): boolean {
  return (
    carry.trackerKey === trackerKey &&
    fixedAtMs >= carry.fromMs &&
    (carry.toMs === undefined || fixedAtMs < carry.toMs)
  );
}

/** Leaves out what the schema forbids: a tracker with two units at once, a unit with two primaries. */
function onlyPossible(assignments: readonly Carry[]): Carry[] {
  const taken: Carry[] = [];
  for (const carry of assignments) {
    if (carry.toMs !== undefined && carry.toMs <= carry.fromMs) continue;
    const clashes = taken.some(
      (other) =>
        carry.fromMs < (other.toMs ?? Number.POSITIVE_INFINITY) &&
        other.fromMs < (carry.toMs ?? Number.POSITIVE_INFINITY) &&
        (carry.trackerKey === other.trackerKey ||
          (carry.unitKey === other.unitKey &&
            carry.role === 'primary' &&
            other.role === 'primary')),
    );
    if (!clashes) taken.push(carry);
  }
  return taken;
}
