import { isInScope, scopeOf } from '../../../server/domain/access.ts';
import { type Door, doors } from '../../../server/domain/principal.ts';
import { isRegencyCode } from '../../../server/domain/unit.ts';
import { fieldsOf, listOf, numberOf, textOf } from '../api/jsonFields.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';

/** Somebody unknown who knocked at the door. Times are UTC epoch ms. */
export type WaitingTracker = {
  readonly id: string;
  readonly address: string;
  /** Undefined for a way in that this page does not know. */
  readonly door: Door | undefined;
  /** What its topic said. */
  readonly region: string | undefined;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly attempts: number;
  /** Of the secret that it showed, which it can keep when it is let in; undefined: it showed none. */
  readonly secretVersion: number | undefined;
};

/** Reads the answer of `GET /waiting`. */
export function readWaiting(json: unknown): readonly WaitingTracker[] | undefined {
  return listOf(fieldsOf(json)['waiting'], readOne);
}

/**
 * The regency that a newcomer comes into without being asked about it: what its topic said, or the
 * person's own when that is only one. Undefined: somebody has to choose.
 */
export function knownRegion(
  { region }: Pick<WaitingTracker, 'region'>,
  { grants }: Pick<SessionInfo, 'grants'>,
): string | undefined {
  const scope = scopeOf(grants, 'trackers.admit');
  if (region !== undefined) return isInScope(scope, [region]) ? region : undefined;
  const [own, ...others] = scope;
  return own !== undefined && others.length === 0 && isRegencyCode(own) ? own : undefined;
}

function readOne(json: unknown): WaitingTracker | undefined {
  const fields = fieldsOf(json);
  const id = textOf(fields['id']);
  const firstAtMs = numberOf(fields['firstAtMs']);
  const lastAtMs = numberOf(fields['lastAtMs']);
  if (id === undefined || firstAtMs === undefined || lastAtMs === undefined) return undefined;
  return {
    id,
    address: textOf(fields['address']) ?? '',
    door: doors.find((name) => name === fields['door']),
    region: textOf(fields['region']),
    firstAtMs,
    lastAtMs,
    attempts: numberOf(fields['attempts']) ?? 1,
    secretVersion: numberOf(fields['secretVersion']),
  };
}
