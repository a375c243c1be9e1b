import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  DataDirHeldError,
  findDataDirHolder,
  openDataDir,
} from '../../../server/storage/dataDir.ts';
import { processStart } from '../../../server/storage/processes.ts';

it('makes the folder for its owner alone and holds it until released', () => {
  const dir = path.join(scratch(), 'a', 'data');
  const folder = openDataDir(dir);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  expect(findDataDirHolder(dir)).toMatchObject({ pid: process.pid, purpose: 'server' });
  folder.release();
  expect(findDataDirHolder(dir)).toBeUndefined();
  expect(readdirSync(dir)).toEqual([]);
});

it('refuses a folder that is held, and says by whom and what to do', () => {
  const dir = scratch();
  const folder = openDataDir(dir, 'command');
  expect(() => openDataDir(dir)).toThrow(DataDirHeldError);
  expect(() => openDataDir(dir)).toThrow(
    `A posko command (process ${process.pid}) is using the data folder ${dir}: wait until it is done, then try again.`,
  );
  expect(readdirSync(dir)).toEqual(['posko.lock']);
  folder.release();
});

it('takes over the lock of a process that is gone', () => {
  const dir = scratch();
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeLock(dir, { pid, start: 'then', purpose: 'server' });
  openDataDir(dir).release();
});

it('takes over a lock whose process id now belongs to another process', () => {
  const dir = scratch();
  writeLock(dir, { pid: process.pid, start: 'an earlier start', purpose: 'server' });
  expect(findDataDirHolder(dir)).toBeUndefined();
  openDataDir(dir).release();
});

it('keeps a lock whose process still is the one that took it', () => {
  const dir = scratch();
  writeLock(dir, { pid: process.ppid, start: processStart(process.ppid), purpose: 'server' });
  expect(() => openDataDir(dir)).toThrow(`A Posko server (process ${process.ppid})`);
});

it('takes over a lock that was half written when the machine lost power', () => {
  const dir = scratch();
  writeFileSync(path.join(dir, 'posko.lock'), '{"pid": 12');
  openDataDir(dir).release();
});

it('does not remove the lock of another when it is released late', () => {
  const dir = scratch();
  const folder = openDataDir(dir);
  rmSync(path.join(dir, 'posko.lock'));
  const other = { pid: process.ppid, start: processStart(process.ppid), purpose: 'server' };
  writeLock(dir, other);
  folder.release();
  expect(findDataDirHolder(dir)).toEqual(other);
});

it('says what is in the way when the folder is a file', () => {
  const file = path.join(scratch(), 'data');
  writeFileSync(file, '');
  expect(() => openDataDir(file)).toThrow(/cannot be the data folder, since a file is in the way/);
  expect(() => openDataDir(path.join(file, 'below'))).toThrow(/a file is in the way/);
});

it.skipIf(process.platform !== 'linux')(
  'fails at once where no folder can be made (Linux only: /proc)',
  () => {
    expect(() => openDataDir('/proc/posko/data')).toThrow(/set POSKO_DATA_DIR to another folder/);
  },
);

function scratch(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function writeLock(dir: string, holder: object): void {
  writeFileSync(path.join(dir, 'posko.lock'), JSON.stringify(holder));
}
