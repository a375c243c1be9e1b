import { deedOnUser } from '../accounts/deeds.ts';
import { checkPassword, hashPassword } from '../accounts/passwords.ts';
import type { Grant } from '../domain/access.ts';
import { everywhere } from '../domain/region.ts';
import { addFirstAdministrator, addUser, countAdministrators } from '../storage/userStore.ts';
import { askNewSecret } from './askSecret.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { describeGrants, grantHelp, placeGrants, readUserArguments } from './userArguments.ts';
import { withDatabase } from './withDatabase.ts';

const help = `npm run posko -- user add <name> --full-name <text> [--role <role> --region <code>]...

Adds somebody who may sign in. Asks for a password, or reads it from standard input; they must change
it when they first sign in. The first user of an installation is an administrator everywhere, keeps
that password, and gets the roles administrator and commander where none are named. Of everybody else
each role needs its region; somebody without roles signs in, sees nothing, and waits for one.

  <name>              2 to 32 letters a-z, digits, dots, dashes or underscores
  --full-name <text>  as others see it
${grantHelp}`;

/** What the first administrator may: all of it, so that a small post can work at once. */
const firstGrants: readonly Grant[] = [
  { role: 'administrator', region: everywhere },
  { role: 'commander', region: everywhere },
];

/** `user add`: see its help. */
export const userAdd: Command = {
  name: 'user add',
  summary: 'add somebody who may sign in; the first is the administrator',
  help,
  run: async ({ config, args, print, secrets }) => {
    const { name, fullName, grants } = readUserArguments(args, ['full-name', 'grants']);
    if (fullName === undefined) throw new UsageError('--full-name is missing');
    const password = await askNewSecret(secrets, `Password of ${name}`);
    const checked = checkPassword(password, { name, fullName });
    if (!checked.ok) throw new Error(`The password cannot be used: ${checked.detail}.`);
    const passwordHash = await hashPassword(password);
    const added = await withDatabase(config, async (pool) => {
      const isFirst = (await countAdministrators(pool)) === 0;
      const given =
        grants === undefined
          ? isFirst
            ? firstGrants
            : []
          : placeGrants(grants, isFirst ? everywhere : undefined);
      if (isFirst && !given.some(isEverything)) {
        throw new Error(
          'The first user must be an administrator everywhere: add --role administrator, or name no role.',
        );
      }
      const user = { name, fullName, passwordHash, grants: given };
      const deed = deedOnUser(cliActor, 'user.created', user, { grants: given });
      return isFirst
        ? addFirstAdministrator(pool, { ...user, mustChangePassword: false }, deed)
        : addUser(pool, { ...user, mustChangePassword: true }, deed);
    });
    if (added === undefined) throw new Error(`The user was not added: "${name}" is taken.`);
    print(`Added ${name}: ${describeGrants(added.grants)}.`);
  },
};

function isEverything({ role, region }: Grant): boolean {
  return role === 'administrator' && region === everywhere;
}
