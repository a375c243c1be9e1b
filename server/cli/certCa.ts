import { parseArgs } from 'node:util';
import { makeCa } from './certificates.ts';
import type { Command } from './command.ts';
import { openTlsFolder } from './tlsFolder.ts';

const help = `npm run posko -- cert ca [--replace]

Makes a private certificate authority (CA) for those who have no other: it signs the certificates of
"cert server" and "cert client". Valid for 10 years. Phones and browsers must be told to trust
secrets/tls/ca.crt of the data folder. Whoever has ca.key can pass for any tracker: keep it, or take it
to a safe place and put it back when it is needed.

  --replace  makes a new one where there is one: what the old one signed counts no more`;

/** `cert ca`: see its help. */
export const certCa: Command = {
  name: 'cert ca',
  summary: 'make a private CA for TLS certificates',
  help,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({ args: [...args], options: { replace: { type: 'boolean' } } });
    const folder = openTlsFolder(config.dataDir);
    folder.refuseExisting('ca', values.replace === true);
    const ca = await makeCa(Date.now());
    const files = folder.write('ca', ca);
    print(`Made a CA, valid until ${new Date(ca.validToMs).toISOString().slice(0, 10)}.`);
    print(`Phones and browsers must trust ${files.certificate}`);
    print('Next: npm run posko -- cert server --name <host name>');
    print('For client certificates of trackers, set:');
    print(`POSKO_TLS_CA=${files.certificate}`);
  },
};
