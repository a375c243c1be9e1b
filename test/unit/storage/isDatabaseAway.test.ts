import { expect, it } from 'vitest';
import { isDatabaseAway } from '../../../server/storage/isDatabaseAway.ts';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

it.each([
  ['a refused connection', withCode('ECONNREFUSED')],
  ['a socket that is gone', withCode('ENOENT')],
  ['a server that shuts down', withCode('57P01')],
  ['a server that starts', withCode('57P03')],
  ['no connection left', withCode('53300')],
  ['a connection that broke', new Error('Connection terminated unexpectedly')],
  ['a pool without a connection', new Error('timeout exceeded when trying to connect')],
])('takes %s for a database that is away', (_what, error) => {
  expect(isDatabaseAway(error)).toBe(true);
});

it.each([
  ['a value that is wrong', withCode('22P02')],
  ['a file that is missing', Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' })],
  ['a bug', new TypeError('x is undefined')],
  ['no error', 'Connection terminated'],
])('does not take %s for one', (_what, error) => {
  expect(isDatabaseAway(error)).toBe(false);
});
