import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import type { AccountRecords } from './accounts/accountRecords.ts';
import { type Accounts, createAccounts } from './accounts/accounts.ts';
import { openSeal } from './openSeal.ts';
import { watchChanges } from './storage/watchChanges.ts';

export type OpenAccountsParts = {
  readonly records: AccountRecords;
  /** Where the keys are that seal secrets. */
  readonly dataDir: string;
  readonly connection: ClientConfig;
  /** Told each credential that has ended, or may something else now. */
  readonly onEnded: (credential: string) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
};

/**
 * Accounts over the database and the keys of a data folder; they hear at once of what other programs
 * change, such as the command line.
 *
 * @throws ObstacleError when others can read the keys, or this account cannot
 */
export async function openAccounts(
  parts: OpenAccountsParts,
): Promise<{ readonly accounts: Accounts; close(): Promise<void> }> {
  const { records, dataDir, connection, onEnded, log, nowMs } = parts;
  const seal = openSeal(dataDir, nowMs, log);
  const accounts = createAccounts({ records, seal, nowMs, log });
  accounts.onEnded((credentials) => {
    for (const credential of credentials) onEnded(credential);
  });
  const watch = await watchChanges({
    connection,
    channel: 'posko_accounts',
    log,
    onChange: () => accounts.forget(),
  });
  return { accounts, close: () => watch.close() };
}
