import { presenceThresholds } from '../../domain/presence.ts';

const ofKinds = Object.entries(presenceThresholds).map(
  ([kind, { lostAfterMs }]) => `when '${kind}' then ${lostAfterMs}`,
);

/** SQL of the milliseconds after which the unit `u` is lost; a kind that another program wrote is "other". */
export const lostAfterSql = `case u.kind ${ofKinds.join(' ')} else ${presenceThresholds.other.lostAfterMs} end`;
