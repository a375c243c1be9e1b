import { expect, it } from 'vitest';
import { parsePostgresLine } from '../../../server/storage/embedded/postgresLog.ts';

it('splits severity and message', () => {
  expect(parsePostgresLine('LOG:  database system is ready to accept connections')).toEqual({
    severity: 'LOG',
    message: 'database system is ready to accept connections',
  });
  expect(parsePostgresLine('DEBUG1:  x: y')).toEqual({ severity: 'DEBUG1', message: 'x: y' });
});

it('keeps a line that goes on another one, or comes from elsewhere', () => {
  expect(parsePostgresLine('\tselect 1')).toEqual({ severity: '', message: 'select 1' });
  expect(parsePostgresLine('/bin/postgres: error while loading shared libraries')).toEqual({
    severity: '',
    message: '/bin/postgres: error while loading shared libraries',
  });
});
