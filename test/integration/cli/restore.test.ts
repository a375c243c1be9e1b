import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { scratchForTest } from '../storage/scratch.ts';
import { runCommand } from './terminal.ts';

const title =
  'restores a built-in database once, refuses a second time, and replaces all of it when told to';

// each command starts a database of its own
it(title, { timeout: 120_000 }, async () => {
  const backups = scratchForTest();
  const settings = { POSKO_DATA_DIR: scratchForTest() };
  await runCommand(['tracker', 'add', 'HT-01', '--region', '64.08'], settings);
  const made = await runCommand(['backup', '--to', backups], settings);
  expect(made).toMatchObject({ status: 0, error: '' });
  const folder = path.join(backups, readdirSync(backups)[0] ?? '');
  expect(made.output).toContain(`restore --from ${folder}\n`);

  const parent = await runCommand(['restore', '--from', backups], settings);
  expect(parent).toMatchObject({ status: 1, output: '' });
  expect(parent.error).toContain(`the newest whole one is ${folder}: name that`);

  const fresh = { POSKO_DATA_DIR: scratchForTest() };
  const restore = ['restore', '--from', folder];
  const restored = await runCommand(restore, fresh);
  expect(restored).toMatchObject({ status: 0, error: '' });
  expect(restored.output).toMatch(
    /Everybody signs in again: .*tokens .*"npm run posko -- token list"/s,
  );
  const { output: log } = await runCommand(['audit', 'list'], fresh);
  expect(log).toMatch(
    /\tcli\tbackup\.restored\t.*"replaced":false.*\n.*\tcli\tbackup\.begun\t.*"withSecrets":false.*\n.*\tcli\ttracker\.added\ttracker:HT-01\t64\.08\t/,
  );
  const again = await runCommand(restore, fresh);
  expect(again.status).toBe(1);
  expect(again.error).toMatch(/^The database is not empty, it has rows of .*add --replace.*\.\n$/);

  await runCommand(['tracker', 'add', 'HT-02', '--region', '64.08'], fresh);
  expect(await runCommand([...restore, '--replace'], fresh)).toMatchObject({
    status: 0,
    error: '',
  });
  const { output } = await runCommand(['tracker', 'list'], fresh);
  expect(output).toBe('HT-01\t64.08\tHT-01\thandheld\tpolri\tsecret\t-\tHT-01\tprimary\n');
});
