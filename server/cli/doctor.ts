import { parseArgs } from 'node:util';
import { type Config, projectRoot } from '../config.ts';
import type { Command } from './command.ts';
import { checkDatabase } from './doctorDatabase.ts';
import { checkEmbedded } from './doctorEmbedded.ts';
import { describeFinding, type Finding } from './doctorFinding.ts';
import { checkFolders } from './doctorFolders.ts';
import { checkMachine, readMachine } from './doctorMachine.ts';
import { checkPage } from './doctorPage.ts';
import { checkPorts } from './doctorPorts.ts';

/** `doctor`: see its help. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'check this installation and say what to do',
  help: `npm run posko -- doctor [--json]

Checks machine, clock, data folder, disk, journal, ports, database, schema, TimescaleDB and page, while
the server runs or while it is stopped, and changes nothing. Prints a line for each check:

  ok       it is as it should be
  warning  it works less well than it could
  problem  Posko does not start, or loses something

Ends with status 1 when there is a problem.

  --json  print one JSON object instead: {"findings":[{"check","level","detail","todo"}]}`,
  run: async ({ config, args, print }) => {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } });
    const findings = await examine(config);
    if (values.json === true) print(JSON.stringify({ findings }));
    else for (const finding of findings) print(describeFinding(finding));
    const problems = findings.filter(({ level }) => level === 'problem').length;
    if (problems > 0) throw new Error(problems === 1 ? '1 problem.' : `${problems} problems.`);
  },
};

async function examine(config: Config): Promise<readonly Finding[]> {
  const { dataDir, databaseUrl, journal } = config;
  const machine = readMachine();
  const folders = checkFolders(dataDir, journal.maxBytes, machine.nowMs);
  return [
    ...checkMachine(machine),
    ...folders.findings,
    ...(await checkPorts(config, folders.holder)),
    ...(databaseUrl === undefined
      ? await checkEmbedded(dataDir, folders.holder)
      : await checkDatabase(databaseUrl)),
    checkPage(projectRoot),
  ];
}
