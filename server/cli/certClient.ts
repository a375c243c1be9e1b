import { parseArgs } from 'node:util';
import { isTrackerId } from '../domain/unit.ts';
import { makeClientCertificate } from './certificates.ts';
import { type Command, UsageError } from './command.ts';
import { openTlsFolder } from './tlsFolder.ts';

const help = `npm run posko -- cert client <id>... [--replace]

Makes certificates by which trackers or gateways show who they are in the place of a secret, signed by
the CA of "cert ca". Valid for 825 days. They count over MQTT with TLS, where POSKO_TLS_CA names that
CA. "cert revoke" shuts them out again.

  <id>       of the tracker or gateway
  --replace  makes a new one where there is one; the old one counts on until "cert revoke"`;

/** `cert client`: see its help. */
export const certClient: Command = {
  name: 'cert client',
  summary: 'make client certificates for trackers and gateways',
  help,
  run: async ({ config, args, print }) => {
    const { values, positionals: ids } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { replace: { type: 'boolean' } },
    });
    if (ids.length === 0) throw new UsageError('the id of the tracker or gateway is missing');
    const wrong = ids.find((id) => !isTrackerId(id));
    if (wrong !== undefined) {
      throw new UsageError(`"${wrong}" is no id: 1 to 64 letters, digits, - or _`);
    }
    const folder = openTlsFolder(config.dataDir);
    const ca = folder.readCa();
    for (const id of ids) folder.refuseExisting(`client-${id}`, values.replace === true);
    for (const id of ids) {
      const pair = await makeClientCertificate(ca, id, Date.now());
      const files = folder.write(`client-${id}`, pair);
      const validTo = new Date(pair.validToMs).toISOString().slice(0, 10);
      print([id, validTo, files.certificate, files.key].join('\t'));
    }
  },
};
