import type { Pool } from 'pg';
import type { Fix } from './domain/fix.ts';
import type { TrialInput } from './ruleTrial.ts';
import { checkInsBetween } from './storage/queries/checkInsBetween.ts';
import { unknownSmallint } from './storage/queries/packedColumns.ts';
import type { PositionColumns } from './storage/queries/positionColumns.ts';
import { positionStream } from './storage/queries/positionStream.ts';

type PositionInput = Extract<TrialInput, { kind: 'position' }>;

/** When it came in. */
const atOf = (input: TrialInput): number =>
  input.kind === 'position' ? input.position.receivedAtMs : input.atMs;

/**
 * What the database has of a window, in the order in which it came in: positions come from it by the
 * time of their fixes, so one that came late is held back until then.
 */
export async function* ruleTrialInputs(
  pool: Pool,
  window: { readonly fromMs: number; readonly toMs: number },
): AsyncGenerator<TrialInput> {
  const { checkIns, checkOuts } = await checkInsBetween(pool, window);
  /** Late positions and check-ins, by when they come, the last first. */
  const held: TrialInput[] = [
    ...checkIns.map((checkIn) => ({ kind: 'check_in', checkIn, atMs: checkIn.fromMs }) as const),
    ...checkOuts.map((checkOut) => ({ kind: 'check_out', checkOut, atMs: checkOut.atMs }) as const),
  ];
  held.sort((a, b) => atOf(b) - atOf(a));
  const until = function* (atMs: number): Generator<TrialInput> {
    for (;;) {
      const next = held.at(-1);
      if (next === undefined || atOf(next) > atMs) return;
      held.pop();
      yield next;
    }
  };
  for await (const columns of positionStream(pool, window)) {
    for (let row = 0; row < columns.count; row += 1) {
      const input = positionOf(columns, row);
      const { fixedAtMs } = input.position.fix;
      yield* until(fixedAtMs);
      const atMs = atOf(input);
      // those that come in within the second follow the order of their fixes closely enough
      if (atMs <= fixedAtMs + 1_000) yield input;
      else insert(held, input, atMs);
    }
  }
  yield* until(window.toMs);
}

/** Into an order that descends. */
function insert(held: TrialInput[], input: TrialInput, atMs: number): void {
  let low = 0;
  let high = held.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = held[middle];
    if (other !== undefined && atOf(other) >= atMs) low = middle + 1;
    else high = middle;
  }
  held.splice(low, 0, input);
}

function positionOf(columns: PositionColumns, row: number): PositionInput {
  const at = (column: ArrayLike<number>): number => column[row] ?? 0;
  const known = (column: ArrayLike<number>, scale: number): number | undefined =>
    at(column) === unknownSmallint ? undefined : at(column) / scale;
  const fixedAtMs = at(columns.fixedAtMs);
  const fix: Fix = {
    fixedAtMs,
    lon: at(columns.lonMicrodeg) / 1e6,
    lat: at(columns.latMicrodeg) / 1e6,
    speedMps: known(columns.speedCmps, 100),
    courseDeg: known(columns.courseDecideg, 10),
    altitudeM: known(columns.altitudeM, 1),
    accuracyM: known(columns.accuracyDm, 10),
    batteryPct: known(columns.batteryPct, 1),
  };
  return {
    kind: 'position',
    position: {
      trackerKey: at(columns.trackerKey),
      fix,
      receivedAtMs: fixedAtMs + at(columns.receiveDelayMs),
      verdict: at(columns.isDelayed) === 1 ? 'delayed' : 'live',
    },
  };
}
