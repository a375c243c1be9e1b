import { parseArgs } from 'node:util';
import { listUsers } from '../storage/userStore.ts';
import type { Command } from './command.ts';
import { describeGrants } from './userArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `user list`: see its help. */
export const userList: Command = {
  name: 'user list',
  summary: 'list who may sign in, and as what',
  help: `npm run posko -- user list

Prints one line for each user, its columns separated by tabs: name, full name, state (enabled or
disabled), second factor (none or totp), roles.`,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    for (const user of await withExistingDatabase(config, listUsers)) {
      const state = user.isDisabled ? 'disabled' : 'enabled';
      const factor = user.hasSecondFactor ? 'totp' : 'none';
      print([user.name, user.fullName, state, factor, describeGrants(user.grants)].join('\t'));
    }
  },
};
