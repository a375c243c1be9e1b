import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import type { AccountRecords } from './accounts/accountRecords.ts';
import { type Accounts, createAccounts } from './accounts/accounts.ts';
import type { Seal } from './accounts/seal.ts';
import { watchChanges } from './storage/watchChanges.ts';

export type OpenAccountsParts = {
  readonly records: AccountRecords;
  readonly seal: Seal;
  readonly connection: ClientConfig;
  /** Told each credential that has ended, or may something else now. */
  readonly onEnded: (credential: string) => void;
  readonly log: Logger;
  readonly nowMs: () => number;
};

/**
 * Accounts over the database; they hear at once of what other programs change, such as the command
 * line.
 */
export async function openAccounts(
  parts: OpenAccountsParts,
): Promise<{ readonly accounts: Accounts; close(): Promise<void> }> {
  const { records, seal, connection, onEnded, log, nowMs } = parts;
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
