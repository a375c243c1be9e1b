import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, projectRoot } from '../config.ts';
import { databaseOfFolder, placeOf } from '../storage/databaseOfFolder.ts';
import type { DataDirHolder } from '../storage/dataDir.ts';
import type { Command } from './command.ts';
import { checkCertificate } from './doctorCertificate.ts';
import { checkDatabase } from './doctorDatabase.ts';
import { checkEmbedded } from './doctorEmbedded.ts';
import { describeFinding, type Finding, problemOf } from './doctorFinding.ts';
import { checkFolders } from './doctorFolders.ts';
import { checkMachine, readMachine } from './doctorMachine.ts';
import { checkPage } from './doctorPage.ts';
import { checkPorts } from './doctorPorts.ts';
import { checkWhichDatabase } from './doctorWhichDatabase.ts';

/** `doctor`: see its help. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'check this installation and say what to do',
  help: `npm run posko -- doctor [--json]

Checks machine, clock, data folder, disk, journal, certificate, ports, database, schema, TimescaleDB
and page, while the server runs or while it is stopped, and changes nothing. Prints a line for each check:

  ok       it is as it should be
  warning  it works less well than it could
  problem  Posko does not start, or loses something

Ends with status 1 when there is a problem.

  --json  print one JSON object instead: {"findings":[{"check","level","detail","todo"}]}`,
  run: async ({ config, args, print }) => {
    const asJson = wantsJson(args);
    report(await examine(config), asJson, print);
  },
  runWithoutConfig: (problems, { args, print }) => {
    const findings = problems.map((detail) => problemOf('settings', detail));
    report(findings, wantsJson(args), print);
  },
};

function wantsJson(args: readonly string[]): boolean {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } });
  return values.json === true;
}

/** @throws Error that counts the problems, if there are any */
function report(
  findings: readonly Finding[],
  asJson: boolean,
  print: (line: string) => void,
): void {
  if (asJson) print(JSON.stringify({ findings }));
  else for (const finding of findings) print(describeFinding(finding));
  const problems = findings.filter(({ level }) => level === 'problem').length;
  if (problems > 0) throw new Error(problems === 1 ? '1 problem.' : `${problems} problems.`);
}

async function examine(config: Config): Promise<readonly Finding[]> {
  const { dataDir, journal } = config;
  const machine = readMachine();
  const folders = checkFolders(dataDir, journal.maxBytes, machine.nowMs);
  return [
    ...checkMachine(machine),
    ...folders.findings,
    ...checkCertificate(config.http, machine.nowMs),
    ...(await checkPorts(config, folders.holder)),
    ...(await examineDatabase(config, folders.holder)),
    checkPage(projectRoot),
  ];
}

async function examineDatabase(
  config: Config,
  holder: DataDirHolder | undefined,
): Promise<readonly Finding[]> {
  const which = readWhichDatabase(config, holder);
  if (config.databaseUrl !== undefined) {
    return [...which, ...(await checkDatabase(config.databaseUrl))];
  }
  // one that is not to be used any more is none to worry about
  return which.length > 0 ? which : checkEmbedded(config.dataDir, holder);
}

function readWhichDatabase(
  { dataDir, databaseUrl }: Config,
  holder: DataDirHolder | undefined,
): readonly Finding[] {
  try {
    return checkWhichDatabase({
      dataDir,
      asked: databaseUrl === undefined ? undefined : placeOf(databaseUrl),
      marked: databaseOfFolder(dataDir),
      hasBuiltIn: existsSync(path.join(dataDir, 'postgres')),
      serverPid: holder?.purpose === 'server' ? holder.pid : undefined,
    });
  } catch (error) {
    return [problemOf('which database', error)];
  }
}
