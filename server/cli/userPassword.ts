import { deedOnUser } from '../accounts/deeds.ts';
import { checkPassword, hashPassword } from '../accounts/passwords.ts';
import { setPassword } from '../storage/userStore.ts';
import { askNewSecret } from './askSecret.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { readUserArguments } from './userArguments.ts';
import { withUser } from './withUser.ts';

/** `user password`: see its help. */
export const userPassword: Command = {
  name: 'user password',
  summary: 'give a user a new password',
  help: `npm run posko -- user password <name>

Asks for a new password of a user, or reads it from standard input. All their sessions and their tokens
for scripts end, and they must change it when they next sign in. Their second factor and the wall
screens that they made stay.`,
  run: async ({ config, args, print, secrets }) => {
    const { name } = readUserArguments(args, []);
    const password = await askNewSecret(secrets, `New password of ${name}`);
    await withUser(config, name, async (pool, user) => {
      const checked = checkPassword(password, user);
      if (!checked.ok) throw new Error(`The password cannot be used: ${checked.detail}.`);
      const hash = await hashPassword(password);
      const deed = deedOnUser(cliActor, 'user.password_set', user);
      const sessions = { deed: deedOnUser(cliActor, 'user.sessions_ended', user) };
      await setPassword(pool, user.key, { hash, mustChange: true, sessions }, deed);
    });
    print(`Changed the password of ${name}: they must change it when they next sign in.`);
  },
};
