import { parseArgs } from 'node:util';
import { deedsOnAssignment } from '../accounts/deeds.ts';
import { type TrackerRole, trackerRoles } from '../domain/unit.ts';
import { assignTracker } from '../storage/assignTracker.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- tracker assign <id> --unit <unit> [options]

Gives a tracker to a unit that there is already; a running server hears of it at once. What carried the
tracker until then carries it no more, and a unit has one primary: the one before is carried by nobody
until it is assigned again. Positions from before stay with the unit that carried it then.

  <id>           of the tracker
  --unit <id>    of the unit that carries it
  --role <role>  ${trackerRoles.join(' or ')} (default: primary); a backup shows where the unit is only
                 while the primary is lost
  --from <time>  since when, such as 2024-11-27T08:00:00+08:00 (default: now)`;

/** `tracker assign`: see its help. */
export const trackerAssign: Command = {
  name: 'tracker assign',
  summary: 'give a tracker to another unit, as its primary or a backup',
  help,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { unit: { type: 'string' }, role: { type: 'string' }, from: { type: 'string' } },
    });
    const trackerId = readId(positionals, 'tracker');
    const { unit: unitId } = values;
    if (unitId === undefined) throw new UsageError('--unit is missing, such as --unit awc-01');
    const assignment = {
      trackerId,
      unitId,
      role: readRole(values.role),
      fromMs: readFrom(values.from),
    };
    const assigned = await withExistingDatabase(config, (pool) =>
      assignTracker(pool, assignment, (found) => deedsOnAssignment(cliActor, found, assignment)),
    );
    if (!assigned.ok) throw new Error(`The tracker was not assigned: ${assigned.detail}.`);
    print(`Unit ${unitId} carries tracker ${trackerId} as its ${assignment.role}.`);
    for (const ended of assigned.value) {
      if (ended.trackerId !== trackerId)
        print(`Nobody carries tracker ${ended.trackerId} any more.`);
    }
  },
};

function readRole(text: string | undefined): TrackerRole {
  const role = trackerRoles.find((name) => name === (text ?? 'primary'));
  if (role === undefined) {
    throw new UsageError(`--role is "${text}"; it must be one of ${trackerRoles.join(', ')}`);
  }
  return role;
}

/** Undefined: from now on. */
function readFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /(Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new UsageError(
    `--from is "${text}"; it must be a time with its offset, such as 2024-11-27T08:00:00+08:00`,
  );
}
