import { argon2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  checkPassword,
  hashOfNobody,
  hashPassword,
  verifyPassword,
} from '../../../server/accounts/passwords.ts';

const person = { name: 'andi.s', fullName: 'Andi Saputra' };

describe('hashing a password', () => {
  it('makes a PHC string with the cost that OWASP asks for, and never the same twice', async () => {
    const [one, other] = await Promise.all([
      hashPassword('kuda lumping'),
      hashPassword('kuda lumping'),
    ]);
    expect(one).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
    expect(one).not.toBe(other);
    expect(await verifyPassword(one, 'kuda lumping')).toEqual({ ok: true, needsRehash: false });
    expect(await verifyPassword(one, 'kuda lumpinG')).toEqual({ ok: false, needsRehash: false });
  });

  it('takes a password for the same however its letters were composed', async () => {
    const hash = await hashPassword('pässwörtlich'.normalize('NFC'));
    expect(await verifyPassword(hash, 'pässwörtlich'.normalize('NFD'))).toMatchObject({ ok: true });
  });

  it('reads hashes of another cost and asks for a new one', async () => {
    const nonce = Buffer.from('0123456789abcdef');
    const old = { memory: 8_192, passes: 1, parallelism: 1, tagLength: 16 };
    const tag = argon2Sync('argon2id', { ...old, message: 'lama sekali', nonce });
    const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    const hash = `$argon2id$v=19$m=8192,t=1,p=1$${base64(nonce)}$${base64(tag)}`;
    expect(await verifyPassword(hash, 'lama sekali')).toEqual({ ok: true, needsRehash: true });
    expect(await verifyPassword(hash, 'lain sekali')).toEqual({ ok: false, needsRehash: true });
  });

  it('refuses nobody faster than somebody', async () => {
    expect(hashOfNobody).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(hashOfNobody, '')).toEqual({ ok: false, needsRehash: false });
  });

  it('says so when a hash is none', async () => {
    for (const hash of [
      '',
      'hunter2',
      '$2b$10$abcdefghijklmnopqrstuv',
      '$argon2i$v=19$m=8,t=1,p=1$a$b',
    ]) {
      await expect(verifyPassword(hash, 'x')).rejects.toThrow(
        /not an argon2id hash.*"npm run posko -- user password"/,
      );
    }
  });
});

describe('which passwords may be had', () => {
  const reasonFor = (password: string) => {
    const checked = checkPassword(password, person);
    return checked.ok ? 'fine' : checked.detail;
  };

  it.each([
    'kuda lumping hijau',
    'correct horse',
    'merdeka-17-08-1945',
    '839201748392',
    '👮‍♀️ jaga malam 🌙',
    'x7!kQ9$mZ2@p',
  ])('%s', (password) => {
    expect(reasonFor(password)).toBe('fine');
  });

  it.each([
    ['sebelas sj!', /12 to 128 characters; this one 11/],
    ['a'.repeat(11).concat('bcdefghij'.repeat(14)), /12 to 128/],
    ['a'.repeat(12), /over and over/],
    ['abcabcabcabcabc', /over and over/],
    ['passwordpassword', /over and over/],
    ['password1234', /tried first/],
    ['!!Password2024', /tried first/],
    ['1q2w3e4r5t6y', /tried first/],
    ['123456789012', /tried first/],
    ['posko2024!!!', /tried first/],
    ['Bhayangkara1', /tried first/],
    ['andi saputra', /own name/],
    ['AndiSaputra1', /own name/],
    ['Saputra-2024', /own name/],
    ['andi.s123456', /own name/],
    ['posko-polres-2024', /words of this trade/],
    ['polsek.64.08.posko', /words of this trade/],
    ['andi saputra di posko'.replace(' di', ''), /words of this trade or of the own name/],
  ])('not %s', (password, reason) => {
    expect(reasonFor(password)).toMatch(reason);
  });

  it('takes words of this trade with others beside them, or with many digits', () => {
    expect(reasonFor('posko kuda lumping')).toBe('fine');
    expect(reasonFor('posko-17-08-1945-1')).toBe('fine');
  });

  it.each([
    ['pendek', 'too_short'],
    ['panjang '.repeat(17), 'too_long'],
    ['abcabcabcabcabc', 'repetition'],
    ['password1234', 'common'],
    ['posko-polres-2024', 'common'],
    ['AndiSaputra1', 'own_name'],
  ])('says of %s by a code that it is %s', (password, weakness) => {
    expect(checkPassword(password, person)).toMatchObject({ reason: 'weak_password', weakness });
  });

  it('counts characters, not bytes or halves of them', () => {
    const shields = ['🛡', '⚓', '🚒', '🚓'].join('');
    expect(reasonFor(shields.repeat(2).concat('🌙'))).toMatch(/this one 9/);
    expect(reasonFor(`${'é'.normalize('NFD')}rti kata sa`)).toBe('fine');
  });
});
