import { parseArgs } from 'node:util';
import type { Config } from '../config.ts';
import { formatCount } from '../storage/moving/progress.ts';
import { eraseCaller } from '../storage/privacy/eraseCaller.ts';
import { eraseUnit } from '../storage/privacy/eraseUnit.ts';
import { eraseUser } from '../storage/privacy/eraseUser.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readMoment, readReason } from './personArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- person erase --unit <id> --from <time> --to <time> --reason <text>
npm run posko -- person erase --user <name> --reason <text>
npm run posko -- person erase --caller <name> --reason <text>

Of a unit: erases where a unit was in a time: its positions, what was put aside of its trackers, their
SOS and status, its transitions, that alarms and closed incidents of that time were of it, and the name
of who carries it. It is refused while an alarm of it is not closed, and while an open incident needs
them: one that it was added to, or that it came to or is at home with (or where it was lent to) and that
reaches back into that time.

Of a user: erases the account for good, which ends all their sessions and tokens. Name and full name
become "erased-" with a number, also where they handled alarms and incidents; what they wrote there
stays. The log keeps the name that they signed in with, so give it to nobody else.

Of a caller: takes the name out of all check-ins that have exactly it. How many people were at the site
stays. It is refused while there is an open incident of that time in the site's region.

  --unit <id>      as person find prints it
  --user <name>    likewise
  --caller <name>  likewise
  --from <time>    such as 2024-11-27 (its start, UTC) or 2024-11-27T08:00+08:00
  --to <time>      likewise; what is at that moment stays
  --reason <text>  why, for the log

Backups and the journal still hold it: the journal for POSKO_JOURNAL_KEEP_HOURS, a backup until you
delete it. After a restore, erase it again.`;

/** `person erase`: see its help. */
export const personErase: Command = {
  name: 'person erase',
  summary:
    'erase where a unit was in a time and who carried it, the account of a user, or a caller',
  help,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        unit: { type: 'string' },
        user: { type: 'string' },
        caller: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        reason: { type: 'string' },
      },
    });
    const { unit, user, caller, from, to } = values;
    if ([unit, user, caller].filter((each) => each !== undefined).length !== 1) {
      throw new UsageError('name one of --unit, --user and --caller');
    }
    if (unit === undefined) {
      if (from !== undefined || to !== undefined) {
        throw new UsageError('--from and --to are for a unit: of others all is erased');
      }
      const reason = readReason(values.reason);
      if (user !== undefined) print(await eraseAccount(config, user, reason));
      if (caller !== undefined) print(await eraseNamed(config, caller, reason));
      return;
    }
    const fromMs = readMoment('--from', values.from);
    const toMs = readMoment('--to', values.to);
    if (fromMs >= toMs) throw new UsageError('--from must be before --to');
    const reason = readReason(values.reason);
    const erased = await withExistingDatabase(config, (pool, { dialect }) =>
      eraseUnit(pool, { unitId: unit, dialect, actor: cliActor, reason, fromMs, toMs }),
    );
    if (!erased.ok) {
      const next = erased.reason === 'held' ? ' Close it first, or choose another time.' : '';
      throw new Error(`Nothing was erased: ${erased.detail}.${next}`);
    }
    const { positions, quarantined, deviceEvents, transitions, alarms, incidents } = erased.value;
    print(
      `Erased of ${unit}: ${formatCount(positions)} positions, ${formatCount(quarantined)} entries of quarantine, ${formatCount(deviceEvents)} events, ${formatCount(transitions)} transitions, and who carries it. It is in ${formatCount(alarms)} alarms and ${formatCount(incidents)} incidents no more.`,
    );
    print('The journal still holds them for a while, and backups until they are deleted.');
  },
};

/** @returns what to print of it */
async function eraseAccount(config: Config, user: string, reason: string): Promise<string> {
  const name = await withExistingDatabase(config, (pool) =>
    eraseUser(pool, { name: user, actor: cliActor, reason }),
  );
  if (name === undefined) throw new Error(`There is no user "${user}".`);
  return `Erased the user ${user}, who is ${name} now. The log keeps the name ${user}.`;
}

/** @returns what to print of it */
async function eraseNamed(config: Config, who: string, reason: string): Promise<string> {
  const erased = await withExistingDatabase(config, (pool) =>
    eraseCaller(pool, { who, actor: cliActor, reason }),
  );
  if (!erased.ok) {
    const next = erased.reason === 'held' ? ' Close it first.' : '';
    throw new Error(`Nothing was erased: ${erased.detail}.${next}`);
  }
  return `Check-ins from which the name was erased: ${formatCount(erased.value)}. The journal still holds it for a while, and backups until they are deleted.`;
}
