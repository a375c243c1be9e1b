import { parseArgs } from 'node:util';
import { deedOnGateway, deedOnTracker } from '../accounts/deeds.ts';
import { certificateEarlyMs } from '../domain/principal.ts';
import { revokeGatewayCertificates } from '../storage/gatewayStore.ts';
import { revokeTrackerCertificates } from '../storage/trackerStore.ts';
import { cliActor } from './cliActor.ts';
import type { Command } from './command.ts';
import { readId } from './trackerArguments.ts';
import { withExistingDatabase } from './withDatabase.ts';

const help = `npm run posko -- cert revoke <id>

Client certificates that were made for a tracker or gateway so far count no more: a running server ends
what they opened at once. One that "cert client" makes from now on counts, and so does its secret. Of a
CA of your own those count on that are valid from the last hour or later. A gateway that is removed and
added again has nothing revoked any more.

  <id>  of the tracker or gateway`;

/** `cert revoke`: see its help. */
export const certRevoke: Command = {
  name: 'cert revoke',
  summary: 'make the client certificates of a tracker or gateway count no more',
  help,
  run: async ({ config, args, print }) => {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const id = readId(positionals, 'tracker or gateway');
    // certificates have whole seconds
    const fromMs = Math.floor((Date.now() - certificateEarlyMs) / 1_000) * 1_000;
    const revoked = await withExistingDatabase(config, async (pool) => {
      const ofTracker = await revokeTrackerCertificates(pool, id, fromMs, ({ tracker }) => [
        deedOnTracker(cliActor, 'tracker.certificates_revoked', tracker),
      ]);
      if (ofTracker.ok || ofTracker.reason !== 'unknown_tracker') return ofTracker;
      return revokeGatewayCertificates(pool, id, fromMs, ({ gateway }) =>
        gateway === undefined
          ? undefined
          : [deedOnGateway(cliActor, 'gateway.certificates_revoked', gateway)],
      );
    });
    if (!revoked.ok) {
      throw new Error(`Nothing was revoked: there is no tracker and no gateway "${id}".`);
    }
    print(`The client certificates of ${id} that were made until now count no more.`);
  },
};
