import { describe, expect, it } from 'vitest';
import { checkDatabaseClock } from '../../../server/cli/doctorDatabase.ts';
import { checkWhichDatabase, type WhichDatabase } from '../../../server/cli/doctorWhichDatabase.ts';

it.each([
  [0, 'ok', /0\.0 s/],
  [-1_900, 'ok', /1\.9 s behind/],
  [2_000, 'warning', /2\.0 s ahead of/],
  [-59_999, 'warning', /60\.0 s behind/],
  [60_000, 'problem', /60\.0 s ahead of/],
])('calls a database clock that is %i ms ahead %s', (aheadMs, level, detail) => {
  const found = checkDatabaseClock(aheadMs);
  expect(found).toMatchObject({ check: 'database clock', level });
  expect(found.detail).toMatch(detail);
});

describe('which database the settings name', () => {
  const one = { host: '10.0.0.5', port: 5432, database: 'posko' };
  const other = { ...one, port: 5433 };
  const fresh: WhichDatabase = {
    dataDir: '/srv/posko',
    asked: undefined,
    marked: undefined,
    hasBuiltIn: false,
    serverPid: undefined,
  };

  it.each<[string, Partial<WhichDatabase>]>([
    ['nothing was started yet', {}],
    ['nothing was started yet and an outside one is asked for', { asked: one }],
    ['it is the built-in one as ever', { hasBuiltIn: true, serverPid: 7 }],
    ['it is the outside one as ever', { asked: one, marked: { ...one }, hasBuiltIn: true }],
  ])('is right when %s', (_what, change) => {
    expect(checkWhichDatabase({ ...fresh, ...change })).toEqual([]);
  });

  it.each<[string, Partial<WhichDatabase>, 'warning' | 'problem', RegExp]>([
    [
      'the URL was forgotten',
      { marked: one, hasBuiltIn: true },
      'problem',
      /^\/srv\/posko belongs to the database posko on 10\.0\.0\.5, port 5432, and .* is not set$/,
    ],
    [
      'the URL is not set here as it is for the server',
      { marked: one, serverPid: 7 },
      'warning',
      /^the server \(process 7\) uses the database posko .* and these settings name the built-in/,
    ],
    [
      'the server uses another outside one',
      { asked: other, marked: one, serverPid: 7 },
      'warning',
      /uses .* port 5432, and these settings name .* port 5433$/,
    ],
    [
      'the server uses the built-in one',
      { asked: one, hasBuiltIn: true, serverPid: 7 },
      'warning',
      /uses the built-in database, and these settings name the database posko/,
    ],
    [
      'the next start moves out',
      { asked: one, hasBuiltIn: true },
      'warning',
      /used the built-in database so far, and the next start moves to the database posko/,
    ],
    [
      'the next start moves on',
      { asked: other, marked: one },
      'warning',
      /used .* port 5432 so far, and the next start moves to .* port 5433$/,
    ],
  ])('is doubtful when %s', (_what, change, level, detail) => {
    const found = checkWhichDatabase({ ...fresh, ...change });
    expect(found).toMatchObject([{ check: 'which database', level }]);
    expect(found[0]?.detail).toMatch(detail);
    expect(found[0]?.todo).toBeTruthy();
  });
});
