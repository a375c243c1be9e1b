import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { makeServerCertificate } from './certificates.ts';
import { type Command, UsageError } from './command.ts';
import { openTlsFolder } from './tlsFolder.ts';

const help = `npm run posko -- cert server (--name <host name> | --address <address>)... [--replace]

Makes a certificate for this server, signed by the CA of "cert ca", and prints what to set. Valid for
825 days, which is the most that Apple's systems take.

  --name <name>      host name under which phones and browsers reach it, such as posko.example.id;
                     may be given several times
  --address <ip>     the same for an address, such as 10.0.0.5
  --replace          makes a new one where there is one; a running server takes it at "kill -HUP"`;

const maxNames = 100;

/** `cert server`: see its help. */
export const certServer: Command = {
  name: 'cert server',
  summary: 'make a TLS certificate for this server',
  help,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        name: { type: 'string', multiple: true },
        address: { type: 'string', multiple: true },
        replace: { type: 'boolean' },
      },
    });
    const names = (values.name ?? []).map(readName);
    const addresses = (values.address ?? []).map(readAddress);
    const all = [...names, ...addresses];
    if (all.length === 0) {
      throw new UsageError('name at least one --name or --address under which it is reached');
    }
    if (all.length > maxNames) throw new UsageError(`name at most ${maxNames} names`);
    const folder = openTlsFolder(config.dataDir);
    const ca = folder.readCa();
    folder.refuseExisting('server', values.replace === true);
    const pair = await makeServerCertificate(ca, names, addresses, Date.now());
    const files = folder.write('server', pair);
    const validTo = new Date(pair.validToMs).toISOString().slice(0, 10);
    print(`Made a certificate for ${all.join(', ')}, valid until ${validTo}.`);
    print(
      'Set these, and restart; a server that has them already takes the new files at kill -HUP:',
    );
    print(`POSKO_TLS_CERT=${files.certificate}`);
    print(`POSKO_TLS_KEY=${files.key}`);
    print('POSKO_MQTTS_PORT=8883');
    if (names.length > 0) print(`POSKO_HTTP_NAMES=${names.join(',')}`);
  },
};

function readName(text: string): string {
  const name = text.toLowerCase();
  if (isIP(name) !== 0) throw new UsageError(`${name} is an address: name it by --address`);
  if (
    name.length <= 253 &&
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name)
  ) {
    return name;
  }
  throw new UsageError(`--name is "${text}"; it must be a host name such as posko.example.id`);
}

function readAddress(text: string): string {
  if (isIP(text) !== 0 && !text.includes('%')) return text;
  throw new UsageError(`--address is "${text}"; it must be an address such as 10.0.0.5`);
}
