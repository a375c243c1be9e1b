import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ObstacleError } from '../../../server/domain/obstacleError.ts';
import {
  databaseOfFolder,
  markFile,
  markOutside,
  placeOf,
  refuseAbandoned,
} from '../../../server/storage/databaseOfFolder.ts';

const url = 'postgres://posko:s3cret@10.0.0.5:5433/elections';

it('belongs to the built-in database as long as nothing says otherwise', () => {
  const dir = scratch();
  expect(databaseOfFolder(dir)).toBeUndefined();
  expect(databaseOfFolder(path.join(dir, 'not', 'there'))).toBeUndefined();
  expect(() => refuseAbandoned(dir, undefined)).not.toThrow();
});

it('refuses the built-in database of a folder that has moved, and names the way back', () => {
  const dir = scratch();
  markOutside(dir, url);
  expect(() => refuseAbandoned(dir, undefined)).toThrow(ObstacleError);
  expect(() => refuseAbandoned(dir, undefined)).toThrow(
    `The data folder ${dir} belongs to the database elections on 10.0.0.5, port 5433, and POSKO_DATABASE_URL is not set`,
  );
  expect(() => refuseAbandoned(dir, undefined)).toThrow(`remove ${markFile(dir)}.`);
  rmSync(markFile(dir));
  expect(() => refuseAbandoned(dir, undefined)).not.toThrow();
});

it('lets every outside database be opened, and belongs to the one that was marked last', () => {
  const dir = scratch();
  markOutside(dir, url);
  const other = 'postgres://posko:s3cret@[::1]/other';
  expect(() => refuseAbandoned(dir, other)).not.toThrow();
  markOutside(dir, other);
  expect(databaseOfFolder(dir)).toEqual({ host: '::1', port: 5432, database: 'other' });
});

it('keeps neither user nor password, and leaves nothing beside the mark', () => {
  const dir = scratch();
  markOutside(dir, url);
  markOutside(dir, url);
  expect(readdirSync(dir)).toEqual([path.basename(markFile(dir))]);
  expect(readFileSync(markFile(dir), 'utf8')).toBe(
    '{"host":"10.0.0.5","port":5433,"database":"elections"}\n',
  );
});

it('says so when the mark is damaged, instead of taking the built-in database', () => {
  const dir = scratch();
  for (const text of ['', '{"host":"x"', 'null', '{"host":"x","port":"1","database":"y"}']) {
    writeFileSync(markFile(dir), text);
    expect(() => refuseAbandoned(dir, undefined)).toThrow(/is damaged: remove it, and set/);
  }
});

it.each([
  ['postgres://a:b@localhost/posko', { host: 'localhost', port: 5432, database: 'posko' }],
  ['postgres://a:b@%2Frun%2Fpg/posko', { host: '/run/pg', port: 5432, database: 'posko' }],
])('reads the place of %s as the driver does', (text, place) => {
  expect(placeOf(text)).toEqual(place);
});

function scratch(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
