import { deedOnUser } from '../accounts/deeds.ts';
import { setTotp } from '../storage/secondFactorStore.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { readUserArguments } from './userArguments.ts';
import { withUser } from './withUser.ts';

/** `user reset-factor`: see its help. */
export const userResetFactor: Command = {
  name: 'user reset-factor',
  summary: 'take away the second factor of a user who lost it',
  help: `npm run posko -- user reset-factor <name>

Takes the second factor of a user away, with its recovery codes: they sign in by their password alone
until they set one up again. All their sessions end. Make sure that it is they who ask.`,
  run: async ({ config, args, print }) => {
    const { name } = readUserArguments(args, []);
    await withUser(config, name, async (pool, user) => {
      if (!user.hasSecondFactor) throw new Error(`${name} has no second factor.`);
      const deed = deedOnUser(cliActor, 'user.second_factor_removed', user);
      const sessions = { deed: deedOnUser(cliActor, 'user.sessions_ended', user) };
      await setTotp(pool, user.key, null, sessions, deed);
    });
    print(`${name} signs in by the password alone now.`);
  },
};
