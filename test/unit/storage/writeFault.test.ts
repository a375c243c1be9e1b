import { expect, it } from 'vitest';
import { faultOfWrite } from '../../../server/storage/writeFault.ts';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

it.each([
  ['a value out of range', coded('22003'), 'row'],
  ['a broken constraint', coded('23514'), 'row'],
  ['an internal error', coded('XX000'), 'perhaps_row'],
  [
    'a text that JavaScript has no room for',
    new RangeError('Invalid string length'),
    'perhaps_row',
  ],
  ['a text that Node has no room for', coded('ERR_STRING_TOO_LONG'), 'perhaps_row'],
  ['a database that ends', coded('57P01'), 'away'],
  ['a full disk', coded('53100'), 'away'],
  ['a network that is gone', coded('EAI_AGAIN'), 'away'],
  ['no answer in time', new Error('Query read timeout'), 'away'],
  ['a connection that broke', new Error('Connection terminated unexpectedly'), 'away'],
  ['a replica that only reads', coded('25006'), 'refusing'],
  ['a table that is not there', coded('42P01'), 'refusing'],
  ['a deadlock', coded('40P01'), 'refusing'],
])('knows whom to blame for %s', (_what, error, fault) => {
  expect(faultOfWrite(error)).toBe(fault);
});
