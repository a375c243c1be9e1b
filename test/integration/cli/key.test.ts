import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createRotatingSeal } from '../../../server/accounts/seal.ts';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';
import { addSealKey, openSealKeys } from '../../../server/storage/sealKeys.ts';
import { installationOfFile, runAnswering } from './installation.ts';

const deed = { actor: null, action: 'x', subject: null, region: null, data: {} };
const passphrase = 'satu dua tiga empat';

const installation = installationOfFile();
const records = () => createAccountRecords(installation().database.pool);
const keys = () => openSealKeys(installation().dataDir);
const secretOf = async (name: string): Promise<Uint8Array> =>
  (await records().userByName(name))?.totpSecret ?? new Uint8Array();

beforeEach(async () => {
  await installation().database.pool.query('truncate users cascade');
  const seal = createRotatingSeal(keys, () => 0);
  for (const name of ['andi', 'budi']) {
    const user = { name, fullName: name, mustChangePassword: false, grants: [] };
    const added = await records().addUser({ ...user, passwordHash: null }, deed);
    const secret = seal.seal(Buffer.from(name));
    const totp = { secret, recoveryHashes: [], lastStep: 0 };
    await records().setTotp(added?.key ?? 0, totp, { deed }, deed);
  }
});

describe('key rotate', () => {
  it('seals all anew under a server that goes on', async () => {
    let nowMs = 0;
    const running = createRotatingSeal(keys, () => nowMs);
    const [before] = keys();
    const old = await secretOf('andi');
    const end = await installation().posko(['key', 'rotate']);
    expect(end).toEqual({
      status: 0,
      output: 'Sealed 2 second factors and 0 secrets of webhooks with a new key.\n',
      error: '',
    });
    expect(keys()[0]).not.toEqual(before);
    expect(keys()[1]).toEqual(before);
    nowMs += 5_000;
    for (const name of ['andi', 'budi']) {
      expect(Buffer.from(running.open(await secretOf(name))).toString()).toBe(name);
    }
    expect(await secretOf('andi')).not.toEqual(old);
    const [entry] = await records().readLog({ before: undefined, limit: 1, regions: undefined });
    expect(entry).toMatchObject({ actor: 'cli', action: 'key.rotated' });
  });

  it('can be run again when it was interrupted after the new key was written', async () => {
    addSealKey(installation().dataDir);
    const seal = createRotatingSeal(keys, () => 0);
    expect(Buffer.from(seal.open(await secretOf('andi'))).toString()).toBe('andi');
    expect(await installation().posko(['key', 'rotate'])).toMatchObject({ status: 0 });
    const after = createRotatingSeal(keys, () => 0);
    expect(Buffer.from(after.open(await secretOf('andi'))).toString()).toBe('andi');
  });

  it('changes nothing in the database when one cannot be opened', async () => {
    await installation().database.pool.query(
      "update users set totp_secret = sha256('x') || sha256('x') where name = 'budi'",
    );
    const before = await secretOf('andi');
    expect(await installation().posko(['key', 'rotate'])).toMatchObject({ status: 1 });
    expect(await secretOf('andi')).toEqual(before);
  });
});

// each starts a database or two of its own
describe('a backup', { timeout: 120_000 }, () => {
  it('holds no key unless asked, and then only for who knows the passphrase', async () => {
    const to = scratch();
    expect(await backUp(to)).toMatchObject({ status: 0 });
    const [plain = ''] = readdirSync(to);
    expect(readdirSync(path.join(to, plain))).not.toContain('secrets.json');
    expect(readdirSync(path.join(to, plain))).toContain('tokens.copy.zst');

    const withSecrets = scratch();
    const short = await backUp(withSecrets, ['--with-secrets'], ['short', 'short']);
    expect(short).toMatchObject({ status: 1, error: expect.stringMatching(/too short/) });
    expect(readdirSync(withSecrets)).toEqual([]);
    const made = await backUp(withSecrets, ['--with-secrets'], [passphrase, passphrase]);
    expect(made).toMatchObject({ status: 0, error: '' });
    const from = path.join(withSecrets, readdirSync(withSecrets)[0] ?? '');

    const elsewhere = scratch();
    const wrong = await restore(elsewhere, from, ['another one that is long']);
    expect(wrong).toMatchObject({ status: 1, error: expect.stringMatching(/passphrase is not/) });
    const right = await restore(elsewhere, from, [passphrase]);
    expect(right).toMatchObject({ status: 0, error: '' });
    expect(openSealKeys(elsewhere)).toEqual(keys());
    const there = { POSKO_DATA_DIR: elsewhere };
    const users = await runAnswering(['user', 'list'], there, []);
    expect(users.output).toMatch(/^andi\t.*\ttotp\t/);
    const log = await runAnswering(['audit', 'verify'], there, []);
    expect(log).toMatchObject({ status: 0, output: expect.stringMatching(/^The log is whole/) });
    const opened = createRotatingSeal(
      () => openSealKeys(elsewhere),
      () => 0,
    );
    expect(Buffer.from(opened.open(await secretOf('andi'))).toString()).toBe('andi');
  });

  it('takes the passphrase from the environment where nobody sits', async () => {
    const to = scratch();
    const env = { POSKO_BACKUP_PASSPHRASE: passphrase };
    expect(await backUp(to, ['--with-secrets'], [], env)).toMatchObject({ status: 0, error: '' });
    const from = path.join(to, readdirSync(to)[0] ?? '');
    expect(readdirSync(from)).toContain('secrets.json');
    const left = await runAnswering(['restore', '--from', from], { POSKO_DATA_DIR: scratch() }, []);
    expect(left.output).toMatch(/also holds keys, which were left/);
  });
});

function backUp(
  to: string,
  args: readonly string[] = [],
  answers: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  return installation().posko(['backup', '--to', to, ...args], answers, env);
}

function restore(dataDir: string, from: string, answers: readonly string[]) {
  const args = ['restore', '--from', from, '--with-secrets'];
  return runAnswering(args, { POSKO_DATA_DIR: dataDir }, answers);
}

function scratch(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const inner = path.join(dir, 'inner');
  mkdirSync(inner, { mode: 0o711 });
  return inner;
}
