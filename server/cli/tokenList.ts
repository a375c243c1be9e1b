import { parseArgs } from 'node:util';
import type { Token } from '../domain/account.ts';
import { listTokens } from '../storage/tokenStore.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

/** `token list`: see its help. */
export const tokenList: Command = {
  name: 'token list',
  summary: 'list the tokens of wall screens and scripts',
  help: `npm run posko -- token list

Prints one line for each token, newest first, its columns separated by tabs: key, kind (display or
api), name, owner, role and region, state (valid, expired or revoked), expires at, last used at.`,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    const tokens = await withExistingDatabase(config, (pool) => listTokens(pool, undefined));
    for (const token of tokens) {
      const { key, kind, name, ownerName, grant, expiresAtMs, usedAtMs } = token;
      const used = usedAtMs === null ? '-' : new Date(usedAtMs).toISOString();
      const expires = new Date(expiresAtMs).toISOString();
      const may = `${grant.role} on ${grant.region}`;
      const columns = [key, kind, name, ownerName, may, stateOf(token, Date.now()), expires, used];
      print(columns.join('\t').replaceAll(/[\r\n]/g, ' '));
    }
  },
};

function stateOf({ revokedAtMs, expiresAtMs }: Token, nowMs: number): string {
  if (revokedAtMs !== null) return 'revoked';
  return expiresAtMs <= nowMs ? 'expired' : 'valid';
}
