import type { Fence, FenceConditions, FenceWatch } from './fence.ts';
import { isPhase } from './phase.ts';
import { checkRegion } from './region.ts';
import type { Result } from './result.ts';
import { checkPlaceName, isPlaceId } from './siteFields.ts';
import { isTimeZone, timeZoneOf } from './timeZone.ts';
import { isWeek, maxWindows } from './weekHours.ts';

/** A fence as somebody describes it; its shape was checked (tracking/fences/checkShape.ts). */
export type FenceFields = Pick<
  Fence,
  'id' | 'name' | 'fenceClass' | 'shape' | 'conditions' | 'watch'
> & {
  /** Whose it is, Kemendagri code. */
  readonly region: string;
};

export type FenceFault = 'bad_id' | 'bad_name' | 'bad_region' | 'bad_conditions' | 'bad_watch';

const maxDurationMs = 31 * 86_400_000;

/**
 * Checks a fence that somebody described; its name comes back trimmed. Hours of the week without a
 * time zone are meant as the fence's region reads its clocks, which is kept with them.
 */
export function checkFence(fields: FenceFields): Result<FenceFields, FenceFault> {
  if (!isPlaceId(fields.id)) {
    const detail = 'a fence id is 1 to 64 letters, digits, dots, dashes or underscores';
    return { ok: false, reason: 'bad_id', detail };
  }
  const name = checkPlaceName(fields.name);
  if (!name.ok) return name;
  const region = checkRegion(fields.region);
  if (!region.ok) return region;
  const conditions = wrongWithConditions(fields.conditions);
  if (conditions !== undefined) return { ok: false, reason: 'bad_conditions', detail: conditions };
  const watch = wrongWithWatch(fields.watch);
  if (watch !== undefined) return { ok: false, reason: 'bad_watch', detail: watch };
  const { weekly, timeZone = weekly && timeZoneOf(region.value) } = fields.conditions;
  const kept = timeZone === undefined ? fields.conditions : { ...fields.conditions, timeZone };
  return { ok: true, value: { ...fields, name: name.value, conditions: kept } };
}

function wrongWithConditions(conditions: FenceConditions): string | undefined {
  const { validFromMs, validToMs, timeZone, weekly, phases, floorM, ceilingM } = conditions;
  if (validFromMs !== undefined && validToMs !== undefined && !(validFromMs < validToMs)) {
    return 'validToMs is after validFromMs';
  }
  if (floorM !== undefined && ceilingM !== undefined && !(floorM < ceilingM)) {
    return 'ceilingM is above floorM';
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    return `timeZone is an IANA name such as Asia/Makassar; got "${timeZone.slice(0, 80)}"`;
  }
  if (weekly !== undefined && !isWeek(weekly)) {
    return `weekly has 1 to ${maxWindows} windows, each with days 0 to 6 and minutes 0 to 1,440`;
  }
  const bad = phases?.find((phase) => !isPhase(phase));
  return bad === undefined ? undefined : `a phase is a word such as voting; got "${bad}"`;
}

function wrongWithWatch({
  dwellMs,
  lostInsideMs,
  speedLimitMps,
  speedForMs,
}: FenceWatch): string | undefined {
  for (const [name, durationMs] of Object.entries({ dwellMs, lostInsideMs, speedForMs })) {
    if (durationMs !== undefined && !(durationMs >= 0 && durationMs <= maxDurationMs)) {
      return `${name} is 0 to ${maxDurationMs} ms`;
    }
  }
  if (speedLimitMps !== undefined && !(speedLimitMps > 0 && speedLimitMps <= 100)) {
    return 'speedLimitMps is more than 0 and at most 100 m/s';
  }
  return speedForMs !== undefined && speedLimitMps === undefined
    ? 'speedForMs goes with a speedLimitMps'
    : undefined;
}
