import { parseArgs } from 'node:util';
import { regionOfGrants } from '../accounts/deeds.ts';
import { listTokens, revokeToken } from '../storage/tokenStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readWholeNumber } from './numberArgument.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `token revoke`: see its help. */
export const tokenRevoke: Command = {
  name: 'token revoke',
  summary: 'make a token count no more',
  help: `npm run posko -- token revoke <key>

Revokes the token of a wall screen or script for good; a running server ends what it opened at once.

  <key>  as token list prints it`,
  run: async ({ config, args, print }) => {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const [given, ...extra] = positionals;
    if (given === undefined) throw new UsageError('the key of the token is missing');
    if (extra.length > 0) throw new UsageError(`"${extra[0]}" is one argument too many`);
    const key = readWholeNumber('the key', given, 2 ** 31 - 1);
    const name = await withExistingDatabase(config, async (pool) => {
      const token = (await listTokens(pool, undefined)).find((each) => each.key === key);
      if (token === undefined) throw new Error(`There is no token with the key ${key}.`);
      const isRevoked = await revokeToken(pool, key, {
        actor: cliActor,
        action: 'token.revoked',
        subject: `token:${token.name}`,
        region: regionOfGrants([token.grant]),
        data: { kind: token.kind, owner: token.ownerName },
      });
      if (!isRevoked) throw new Error(`The token ${key} (${token.name}) is revoked already.`);
      return token.name;
    });
    print(`Revoked token ${key} (${name}).`);
  },
};
