import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { projectRoot } from '../../server/config.ts';
import { markOutside } from '../../server/storage/databaseOfFolder.ts';
import { openDataDir } from '../../server/storage/dataDir.ts';
import { scratchForTest } from './storage/scratch.ts';

const nobodyListens = 'postgres://posko:s3cret@127.0.0.1:1/posko';

it.each<[string, (dataDir: string) => Record<string, string>, RegExp]>([
  [
    'a setting is wrong',
    () => ({ POSKO_HTTP_PORT: 'x' }),
    /^Posko cannot start, the settings are not right:\n {2}POSKO_HTTP_PORT is "x"; .*\n$/,
  ],
  [
    'the database cannot be reached',
    () => ({ POSKO_DATABASE_URL: nobodyListens }),
    /^Posko cannot start: The database cannot be reached .*\n$/,
  ],
  [
    'the database has a certificate that cannot be read',
    () => ({ POSKO_DATABASE_URL: `${nobodyListens}?sslrootcert=/nonexistent` }),
    /^Posko cannot start: The database cannot be reached .*\/nonexistent.*\n$/,
  ],
  [
    'the data folder is a file',
    (dataDir) => {
      writeFileSync(path.join(dataDir, 'file'), '');
      return { POSKO_DATA_DIR: path.join(dataDir, 'file') };
    },
    /^Posko cannot start: .* a file is in the way: .*\n$/,
  ],
  [
    'the data folder holds something else in the place of the database',
    (dataDir) => {
      writeFileSync(path.join(dataDir, 'postgres'), '');
      return {};
    },
    /^Posko cannot start: .* is not a PostgreSQL folder .*\n$/,
  ],
  [
    'the data folder has moved to an outside database',
    (dataDir) => {
      markOutside(dataDir, nobodyListens);
      return {};
    },
    /^Posko cannot start: The data folder .* belongs to the database posko on 127\.0\.0\.1.*\n$/,
  ],
  [
    'another process has the data folder',
    (dataDir) => {
      openDataDir(dataDir);
      return {};
    },
    /^Posko cannot start: A Posko server \(process \d+\) is using .*\n$/,
  ],
])('says in one sentence, and once, that %s', async (_what, prepare, sentence) => {
  const dataDir = scratchForTest();
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: projectRoot,
    env: {
      PATH: process.env['PATH'],
      // the runtime's own warnings are no business of this test
      NODE_NO_WARNINGS: '1',
      POSKO_DATABASE_URL: '',
      POSKO_DATA_DIR: dataDir,
      POSKO_HTTP_PORT: '0',
      POSKO_MQTT_PORT: '0',
      POSKO_LOG_LEVEL: 'info',
      ...prepare(dataDir),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect(status).toBe(1);
  expect(stderr).toMatch(sentence);
  expect(`${stdout}${stderr}`).not.toContain('s3cret');
  // what is logged while it starts is no complaint
  expect(stdout).not.toMatch(/"level":[56]0|stack/);
});
