import { expect, it } from 'vitest';
import { chooseAccount } from '../../../server/storage/embedded/account.ts';

const nobody = { name: 'nobody', uid: 65534, gid: 65534 };
const postgres = { name: 'postgres', uid: 101, gid: 104 };
const alice = { name: 'alice', uid: 1001, gid: 1001 };

it('takes the account that owns the database already', () => {
  expect(chooseAccount(1001, '/data/postgres', [nobody, postgres, alice])).toBe(alice);
  expect(chooseAccount(65534, '/data/postgres', [nobody, postgres])).toBe(nobody);
});

it('takes postgres before nobody for a new database', () => {
  expect(chooseAccount(undefined, '/data/postgres', [nobody, alice, postgres])).toBe(postgres);
  expect(chooseAccount(undefined, '/data/postgres', [nobody, alice])).toBe(nobody);
});

it('refuses with what to do when no account fits', () => {
  expect(() => chooseAccount(undefined, '/data/postgres', [alice])).toThrow(/ordinary user/);
  expect(() => chooseAccount(4242, '/data/postgres', [alice])).toThrow(/belongs to user 4242/);
  expect(() => chooseAccount(0, '/data/postgres', [postgres])).toThrow(/belongs to root/);
});
