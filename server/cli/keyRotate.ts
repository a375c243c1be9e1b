import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { createSeal, toSealKeys } from '../accounts/seal.ts';
import type { Config } from '../config.ts';
import { addSealKey, retireSealKeys } from '../storage/sealKeys.ts';
import { resealTotp } from '../storage/secondFactorStore.ts';
import { resealWebhooks } from '../storage/webhookStore.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- key rotate

Makes a new key by which secrets in the database (of second factors) are sealed, and seals them anew.
The server may run meanwhile, and nobody has to do anything. Interrupted, run it again. The last keys
before it are kept, to open what backups hold.`;

/** `key rotate`: see its help. */
export const keyRotate: Command = {
  name: 'key rotate',
  summary: 'seal the secrets in the database with a new key',
  help,
  run: async ({ config, args, print }) => {
    parseArgs({ args: [...args], options: {} });
    const sealed = await withExistingDatabase(config, (pool) => rotate(pool, config));
    print(
      `Sealed ${count(sealed.factors, 'second factor')} and ${count(sealed.webhooks, 'secret of webhooks', 'secrets of webhooks')} with a new key.`,
    );
  },
};

function count(n: number, one: string, several = `${one}s`): string {
  return `${n} ${n === 1 ? one : several}`;
}

/** Any number that no other program takes in the same database; the next after that of userStore.ts. */
const lockKey = '482671522675';

async function rotate(
  pool: Pool,
  { dataDir }: Config,
): Promise<{ readonly factors: number; readonly webhooks: number }> {
  // of two at once, one would write its keys over those of the other
  const lock = await pool.connect();
  try {
    const { rows } = await lock.query<{ is_ours: boolean }>(
      'select pg_try_advisory_lock($1) as is_ours',
      [lockKey],
    );
    if (rows[0]?.is_ours !== true) throw new Error('Another "key rotate" runs: wait for it.');
    const seal = createSeal(toSealKeys(addSealKey(dataDir)));
    const reseal = (secret: Uint8Array): Uint8Array => seal.seal(seal.open(secret));
    const webhooks = await resealWebhooks(pool, reseal);
    const factors = await resealTotp(pool, reseal, {
      actor: cliActor,
      action: 'key.rotated',
      subject: null,
      region: null,
      data: {},
    });
    retireSealKeys(dataDir);
    return { factors, webhooks };
  } finally {
    // ends its session, and the lock with it
    lock.release(true);
  }
}
