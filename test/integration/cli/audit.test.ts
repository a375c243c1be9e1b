import { expect, it } from 'vitest';
import { appendLog } from '../../../server/storage/log/logStore.ts';
import { installationOfFile } from './installation.ts';

const installation = installationOfFile();
const audit = (...args: readonly string[]) => installation().posko(['audit', ...args]);

it('lists, checks and finds what was changed', async () => {
  const { pool } = installation().database;
  expect(await audit('verify')).toMatchObject({ status: 0, output: 'The log is empty.\n' });
  for (const region of ['64.08', '64.08.04', '64.71', null]) {
    const data = { reason: 'satu\ndua' };
    await appendLog(pool, {
      actor: 'andi',
      action: 'track.viewed',
      subject: 'unit:x',
      region,
      data,
    });
  }
  const listed = await audit('list', '--region', '64.08', '--limit', '1');
  expect(listed.output).toMatch(
    /^2\t\d{4}-\d\d-\d\dT[\d:.]+Z\tandi\ttrack.viewed\tunit:x\t64.08.04\t\{"reason":"satu\\ndua"\}\n$/,
  );
  expect((await audit('list', '--region', '64.08', '--before', '2')).output).toMatch(/^1\t/);
  expect((await audit('list')).output.split('\n')).toHaveLength(5);
  const whole = await audit('verify');
  expect(whole).toMatchObject({ status: 0, error: '' });
  expect(whole.output).toMatch(/whole: 4 entries\.\nThe last is 4 of .*, hash [0-9a-f]{64}\n$/);

  await unguarded("update log set actor = 'budi' where sequence = 3");
  const broken = await audit('verify');
  expect(broken).toMatchObject({ status: 1, output: '' });
  expect(broken.error).toMatch(/^The log is broken at entry 3: entry 3 was changed.* The 2 before/);
});

it('prints the anchors of days, and checks them and hashes that were noted', async () => {
  const { pool } = installation().database;
  await unguarded('truncate log, log_anchors');
  const hashes = new Map<string, string>();
  for (const actor of ['andi', 'budi']) {
    const { hash } = await appendLog(pool, {
      ...{ actor, action: 'x', subject: null, region: null, data: {} },
    });
    hashes.set(actor, Buffer.from(hash).toString('hex'));
  }
  const [first = '', second = ''] = hashes.values();
  // as if the first entry had been the last of a day
  await pool.query(
    `insert into log_anchors (day, sequence, hash) select '2024-11-27', sequence, hash from log
     where sequence = 1`,
  );
  expect(await audit('anchors')).toMatchObject({ output: `2024-11-27\t1\t${first}\n` });
  const whole = await audit('verify', '--anchor', first, '--anchor', second.toUpperCase());
  expect(whole).toMatchObject({ status: 0, error: '' });
  expect(whole.output).toMatch(
    /2 entries\.\nDays whose anchor fits: 1\.\nHashes that were noted and are in it: 2\./,
  );
  const other = 'ab'.repeat(32);
  const anew = await audit('verify', '--anchor', first, '--anchor', other);
  expect(anew).toMatchObject({ status: 1, output: '' });
  expect(anew.error).toMatch(new RegExp(`no entry has the hash ${other} any more`));
  await unguarded("update log_anchors set hash = sha256('x')");
  const changed = await audit('verify');
  expect(changed).toMatchObject({ status: 1, output: '' });
  expect(changed.error).toMatch(/^The log was changed: of 2024-11-27, entry 1 had the hash/);
});

/** Runs a statement as somebody would who owns the database. */
async function unguarded(statement: string): Promise<void> {
  const { pool } = installation().database;
  const triggers = [
    ['log', 'log_is_append_only'],
    ['log_anchors', 'log_anchors_are_append_only'],
  ];
  for (const [table, name] of triggers) {
    await pool.query(`alter table ${table} disable trigger ${name}`);
  }
  await pool.query(statement);
  for (const [table, name] of triggers) {
    await pool.query(`alter table ${table} enable trigger ${name}`);
  }
}

it.each([
  [['verify', '--anchor', 'x'], /^--anchor is "x"; it must be 64 hexadecimal digits/],
  [['anchors', 'x'], /x/],
  [['list', '--limit', '0'], /^--limit is "0"; it must be a whole number from 1 to 1000/],
  [['list', '--before', 'x'], /^--before is "x"/],
  [['list', '--region', 'x'], /^--region is "x"; it must be a code/],
  [['verify', 'x'], /x/],
])('is called wrongly with %j', async (args, sentence) => {
  const end = await audit(...args);
  expect(end).toMatchObject({ status: 2, error: expect.stringMatching(sentence) });
});
