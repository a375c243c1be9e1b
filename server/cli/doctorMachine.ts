import os from 'node:os';
import { readFileBudget } from '../fileBudget.ts';
import { describeBytes, type Finding, ok, problem, warning } from './doctorFinding.ts';

/** What is asked of the machine; tests give their own. */
export type Machine = {
  readonly nodeVersion: string;
  /** Memory that this process may use, and what of it is free, in bytes. */
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** Trackers that may be connected at once by the limit of open files. */
  readonly trackers: number;
  readonly nowMs: number;
  readonly timeZone: string;
};

const testedNode = 24;
const leastMemoryBytes = 1e9;
const leastFreeBytes = 200e6;
const fewTrackers = 1_000;
const earliestYear = 2024;

/** The machine that this process runs on. */
export function readMachine(): Machine {
  // of a container's limit where there is one; 0 or beyond the machine's own means none
  const limit = process.constrainedMemory();
  const memoryBytes = limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
  return {
    nodeVersion: process.versions.node,
    memoryBytes,
    freeMemoryBytes: process.availableMemory(),
    trackers: readFileBudget().trackers,
    nowMs: Date.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** Node, memory, open files and clock. */
export function checkMachine(machine: Machine): readonly Finding[] {
  return [checkNode(machine), checkMemory(machine), checkFiles(machine), checkClock(machine)];
}

function checkNode({ nodeVersion }: Machine): Finding {
  return Number(nodeVersion.split('.')[0]) === testedNode
    ? ok('node', `Node ${nodeVersion}`)
    : warning(
        'node',
        `Node ${nodeVersion}, and Posko is tested with ${testedNode}`,
        'run it through npm, which brings the right one (npm start, npm run posko)',
      );
}

function checkMemory({ memoryBytes, freeMemoryBytes }: Machine): Finding {
  const detail = `${describeBytes(memoryBytes)} of memory, ${describeBytes(freeMemoryBytes)} of it free`;
  if (memoryBytes < leastMemoryBytes) {
    return warning('memory', detail, `give it ${describeBytes(leastMemoryBytes)} or more`);
  }
  return freeMemoryBytes < leastFreeBytes
    ? warning('memory', detail, 'end other programs, or give the machine more')
    : ok('memory', detail);
}

function checkFiles({ trackers }: Machine): Finding {
  const detail = `the limit of open files leaves room for ${trackers} trackers at once`;
  return trackers < fewTrackers
    ? warning(
        'open files',
        detail,
        'raise it where the server is started (ulimit -n 20000; LimitNOFILE=20000 of a systemd service)',
      )
    : ok('open files', detail);
}

function checkClock({ nowMs, timeZone }: Machine): Finding {
  const now = new Date(nowMs);
  const detail = `it is ${now.toISOString()} by this machine, in time zone ${timeZone}`;
  return now.getUTCFullYear() < earliestYear
    ? problem(
        'clock',
        detail,
        'set the clock and switch on NTP: every fix would be taken for wrong',
      )
    : ok('clock', detail);
}
