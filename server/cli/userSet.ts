import type { Pool } from 'pg';
import { deedOnUser, deedsOnGrants } from '../accounts/deeds.ts';
import type { User, UserChanges } from '../domain/account.ts';
import { endSessionsOf } from '../storage/sessionStore.ts';
import { changeUser } from '../storage/userStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { grantHelp, placeGrants, readUserArguments } from './userArguments.ts';
import { withUser } from './withUser.ts';

const help = `npm run posko -- user set <name> [options]

Changes a user; a running server hears of it at once. What is not named stays as it is.

  --full-name <text>  as others see it
${grantHelp}; replaces all roles
  --no-role           takes all roles away: they sign in and see nothing
  --disable           no sign-in any more, and all sessions end; tokens do not work meanwhile
  --enable            sign-in again`;

/** `user set`: see its help. */
export const userSet: Command = {
  name: 'user set',
  summary: 'change what a user may, or switch them off',
  help,
  run: async ({ config, args, print }) => {
    const changes = readUserArguments(args, ['full-name', 'grants', 'state']);
    const { name, ...wanted } = changes;
    if (Object.values(wanted).every((change) => change === undefined)) {
      throw new UsageError('there is nothing to change: name at least one option');
    }
    const { fullName, isDisabled } = changes;
    const grants = changes.grants && placeGrants(changes.grants);
    await withUser(config, name, (pool, user) =>
      change(pool, user, { fullName, grants, isDisabled }),
    );
    print(`Changed ${name}.`);
  },
};

async function change(
  pool: Pool,
  { key }: User,
  { fullName, grants, isDisabled }: UserChanges,
): Promise<void> {
  const changed = await changeUser(pool, key, { fullName, grants, isDisabled }, (user) => {
    const action = isDisabled === true ? 'user.disabled' : 'user.enabled';
    return [
      ...(grants === undefined ? [] : deedsOnGrants(cliActor, user, grants)),
      ...(isDisabled === undefined ? [] : [deedOnUser(cliActor, action, user)]),
      ...(fullName === undefined ? [] : [deedOnUser(cliActor, 'user.renamed', user)]),
    ];
  });
  if (changed === undefined || isDisabled !== true) return;
  const ended = deedOnUser(cliActor, 'user.sessions_ended', changed);
  await endSessionsOf(pool, key, undefined, ended);
}
