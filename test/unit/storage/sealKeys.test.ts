import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { ObstacleError } from '../../../server/domain/obstacleError.ts';
import {
  addSealKey,
  adoptSealKeys,
  openSealKeys,
  readSealKeys,
  retireSealKeys,
} from '../../../server/storage/sealKeys.ts';
import { backUpSecrets, hasSecrets, readSecrets } from '../../../server/storage/secretsBackup.ts';

let dataDir = '';
const file = (): string => path.join(dataDir, 'secrets', 'seal.key');

beforeEach(() => {
  dataDir = scratch();
});

it('makes the key at first use, for its owner alone, and keeps it', () => {
  expect(readSealKeys(dataDir)).toBeUndefined();
  const made = openSealKeys(dataDir);
  expect(made).toHaveLength(1);
  expect(made[0]).toHaveLength(32);
  expect(statSync(path.dirname(file())).mode & 0o777).toBe(0o700);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(openSealKeys(dataDir)).toEqual(made);
  expect(readdirSync(path.dirname(file()))).toEqual(['seal.key']);
});

it.each([
  ['the file', 0o640, () => file()],
  ['the folder', 0o710, () => path.dirname(file())],
])('refuses a key when others can read %s, and says what to do', (_, mode, place) => {
  openSealKeys(dataDir);
  chmodSync(place(), mode);
  expect(() => openSealKeys(dataDir)).toThrow(ObstacleError);
  expect(() => openSealKeys(dataDir)).toThrow(/chmod -R go= .*key rotate/);
});

it('refuses a damaged file and does not replace it', () => {
  openSealKeys(dataDir);
  for (const text of ['', 'short\n', `${'A'.repeat(43)}\nshort\n`]) {
    writeFileSync(file(), text);
    expect(() => openSealKeys(dataDir)).toThrow(/seal.key is damaged/);
  }
});

it('puts a new key before the others, and forgets the oldest when all is sealed anew', () => {
  const [first] = openSealKeys(dataDir);
  const [second, ...rest] = addSealKey(dataDir);
  expect(rest).toEqual([first]);
  expect(openSealKeys(dataDir)).toEqual([second, first]);
  for (let i = 0; i < 6; i++) addSealKey(dataDir);
  expect(openSealKeys(dataDir)).toHaveLength(8);
  const kept = retireSealKeys(dataDir);
  expect(kept).toHaveLength(6);
  expect(kept).not.toContainEqual(first);
  expect(readdirSync(path.dirname(file()))).toEqual(['seal.key']);
});

it('takes keys of elsewhere in behind its own, each once', () => {
  const [own] = openSealKeys(dataDir);
  const others = openSealKeys(scratch());
  expect(adoptSealKeys(dataDir, [...others, own, ...others])).toEqual([own, ...others]);
  const empty = scratch();
  expect(adoptSealKeys(empty, others)).toEqual(others);
  expect(openSealKeys(empty)).toEqual(others);
});

it('puts keys into a backup, which only the passphrase opens', async () => {
  addSealKey(dataDir);
  const backup = scratch();
  expect(hasSecrets(backup)).toBe(false);
  await expect(readSecrets(backup, 'x')).rejects.toThrow(/without --with-secrets/);
  await backUpSecrets(backup, dataDir, 'satu dua tiga empat é');
  expect(hasSecrets(backup)).toBe(true);
  expect(statSync(path.join(backup, 'secrets.json')).mode & 0o777).toBe(0o600);
  // the same letters, composed otherwise by another keyboard
  expect(await readSecrets(backup, 'satu dua tiga empat e\u0301')).toEqual(openSealKeys(dataDir));
  await expect(readSecrets(backup, 'satu dua tiga empat')).rejects.toThrow(/passphrase is not/);
  writeFileSync(path.join(backup, 'secrets.json'), '{}');
  await expect(readSecrets(backup, 'x')).rejects.toThrow(/damaged/);
});

function scratch(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
