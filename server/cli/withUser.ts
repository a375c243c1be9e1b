import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import type { UserSecrets } from '../domain/account.ts';
import { userByName } from '../storage/userStore.ts';
import { withExistingDatabase } from './withDatabase.ts';

/**
 * Runs `work` on a user of this installation.
 *
 * @throws Error with one sentence when there is no such user
 */
export function withUser<Value>(
  config: Config,
  name: string,
  work: (pool: Pool, user: UserSecrets) => Promise<Value>,
): Promise<Value> {
  return withExistingDatabase(config, async (pool) => {
    const user = await userByName(pool, name);
    if (user === undefined) {
      throw new Error(`There is no user "${name}": npm run posko -- user list.`);
    }
    return work(pool, user);
  });
}
