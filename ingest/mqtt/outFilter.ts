import {
  type Listener,
  type OutKind,
  outKinds,
  touchesScope,
} from '../../server/domain/outMessage.ts';
import { everywhere } from '../../server/domain/region.ts';
import type { Refusal } from '../../server/domain/result.ts';

/** A subscription to what Posko tells others. */
export type OutFilter = {
  /** A regency's or province's code, `00`, or `+`: all. */
  readonly region: string;
  readonly kinds: readonly OutKind[];
};

const regionPattern = /^\d{2}(\.\d{2})?$/;

/** Reads `posko/<region>/out/<kind>`, with `+` for any region and `#` or `+` for any kind. */
export function readOutFilter(filter: string): OutFilter | undefined {
  const [root, region = '', out, leaf, ...more] = filter.split('/');
  if (root !== 'posko' || out !== 'out' || leaf === undefined || more.length > 0) return undefined;
  if (region !== '+' && !regionPattern.test(region)) return undefined;
  if (leaf === '#' || leaf === '+') return { region, kinds: outKinds };
  const kind = outKinds.find((each) => each === leaf);
  return kind === undefined ? undefined : { region, kinds: [kind] };
}

/** Why somebody may not listen to this. What they hear is checked message by message beside that. */
export function checkOutFilter(
  filter: string,
  { actor, alarms, positions }: Listener,
): Refusal<'subscription_refused'> | undefined {
  const read = readOutFilter(filter);
  if (read === undefined) {
    return refuse(
      `"${actor}" listens: to posko/<region>/out/# or to alarm, position or anchor there, and to nothing else`,
    );
  }
  const isOfPositions = read.kinds.every((kind) => kind === 'position');
  const scope = isOfPositions ? positions : alarms;
  if (read.region === '+') {
    return scope.includes(everywhere)
      ? undefined
      : refuse(`"${actor}" may not see everything: name the regions in place of "+"`);
  }
  if (touchesScope(scope, read.region)) return undefined;
  return refuse(
    `"${actor}" may not see ${isOfPositions ? 'positions' : 'alarms'} of ${read.region}`,
  );
}

function refuse(detail: string): Refusal<'subscription_refused'> {
  return { reason: 'subscription_refused', detail };
}
