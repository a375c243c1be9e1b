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

  await pool.query('alter table log disable trigger log_is_append_only');
  await pool.query("update log set actor = 'budi' where sequence = 3");
  await pool.query('alter table log enable trigger log_is_append_only');
  const broken = await audit('verify');
  expect(broken).toMatchObject({ status: 1, output: '' });
  expect(broken.error).toMatch(/^The log is broken at entry 3: entry 3 was changed.* The 2 before/);
});

it.each([
  [['list', '--limit', '0'], /^--limit is "0"; it must be a whole number from 1 to 1000/],
  [['list', '--before', 'x'], /^--before is "x"/],
  [['list', '--region', 'x'], /^--region is "x"; it must be a code/],
  [['verify', 'x'], /x/],
])('is called wrongly with %j', async (args, sentence) => {
  const end = await audit(...args);
  expect(end).toMatchObject({ status: 2, error: expect.stringMatching(sentence) });
});
