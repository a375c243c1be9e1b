import { parseArgs } from 'node:util';
import { formatCount } from '../storage/moving/progress.ts';
import { eraseUnit } from '../storage/privacy/eraseUnit.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readMoment, readReason } from './personArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- person erase --unit <id> --from <time> --to <time> --reason <text>

Erases where a unit was in a time: its positions, what was put aside of its trackers, their SOS and
status, and the name of who carries it. It is refused while an open incident needs them: one that
names the unit, or is in its region (or where it was lent to) and reaches back into that time.

  --unit <id>      as person find prints it
  --from <time>    such as 2024-11-27 (its start, UTC) or 2024-11-27T08:00+08:00
  --to <time>      likewise; what is at that moment stays
  --reason <text>  why, for the log

Backups and the journal still hold it: the journal for POSKO_JOURNAL_KEEP_HOURS, a backup until you
delete it. After a restore, erase it again.`;

/** `person erase`: see its help. */
export const personErase: Command = {
  name: 'person erase',
  summary: 'erase where a unit was in a time, and who carried it',
  help,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        unit: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        reason: { type: 'string' },
      },
    });
    const { unit } = values;
    if (unit === undefined) throw new UsageError('--unit is missing');
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
    const { positions, quarantined, deviceEvents } = erased.value;
    print(
      `Erased of ${unit}: ${formatCount(positions)} positions, ${formatCount(quarantined)} entries of quarantine, ${formatCount(deviceEvents)} events, and who carries it.`,
    );
    print('The journal still holds them for a while, and backups until they are deleted.');
  },
};
