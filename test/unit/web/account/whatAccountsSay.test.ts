import type { TFunction } from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { deviceText } from '../../../../web/src/account/deviceText.ts';
import { grantsText } from '../../../../web/src/account/grantText.ts';
import { idleEndMs } from '../../../../web/src/account/sessions.ts';
import { actionText, actorText, dataText, subjectText } from '../../../../web/src/log/deedText.ts';
import { indonesian } from '../indonesian.ts';

let t: TFunction;
beforeAll(async () => {
  t = await indonesian();
});

describe('grants', () => {
  it('are said by region', () => {
    const grants = [
      { role: 'administrator', region: '*' },
      { role: 'dispatcher', region: '64.08' },
      { role: 'commander', region: '*' },
    ] as const;
    expect(grantsText(grants, t)).toBe('Administrator, Komandan seluruh wilayah; Operator 64.08');
    expect(grantsText([], t)).toBe('tanpa peran');
  });
});

describe('the log', () => {
  it('says a deed in words, and an unknown one by its code', () => {
    expect(actionText('user.created', t)).toBe('Pengguna ditambahkan');
    expect(actionText('moon.landed', t)).toBe('moon.landed');
    expect(actorText(null, t)).toBe('Server');
    expect(actorText('cli', t)).toBe('Baris perintah');
    expect(actorText('andi', t)).toBe('andi');
    expect(subjectText('user:andi', t)).toBe('pengguna andi');
    expect(subjectText('token:Layar: kiri', t)).toBe('token Layar: kiri');
    expect(subjectText(null, t)).toBe('');
  });

  it('says what else is known in words too', () => {
    const data = {
      way: 'password',
      kind: 'display',
      tokensRevoked: [4, 5],
      grants: [{ role: 'viewer', region: '64.08' }],
      expiresAtMs: 5,
      session: 7,
      fresh: { a: 1 },
    };
    expect(dataText(data, t, (ms) => `at ${ms}`)).toBe(
      'cara: kata sandi, jenis: layar dinding, token yang berakhir: 4, 5, peran: Pengamat 64.08, berlaku sampai: at 5, sesi nomor: 7, fresh: {"a":1}',
    );
  });
});

describe('what became of a tracker, in the log', () => {
  it('is said in the words of the rest of the page', () => {
    const data = {
      kind: 'patrol_car',
      agency: 'tni',
      hasBearer: true,
      changed: ['kind', 'bearer'],
    };
    expect(dataText(data, t, String)).toBe(
      'jenis: Mobil patroli, instansi: TNI, dengan pembawa: ya, yang diubah: jenis, pembawa',
    );
    expect(dataText({ reason: 'pemeriksaan 12' }, t, String)).toBe('alasan: pemeriksaan 12');
    expect(dataText({ after: [], found: [] }, t, String)).toBe(
      'menjadi: tanpa peran, ditemukan: –',
    );
  });
});

describe('a session', () => {
  const session = {
    key: 1,
    createdAtMs: 0,
    seenAtMs: 1000,
    expiresAtMs: 5000,
    address: '',
    userAgent: '',
    isThis: false,
  };
  it.each([
    [2000, 3000],
    // not beyond its end
    [9000, 5000],
    [undefined, 5000],
  ])('that goes idle after %s ms ends unused at %s', (idleMs, endMs) => {
    expect(idleEndMs(session, idleMs)).toBe(endMs);
  });
});

describe('a device', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
      'Edge, Windows',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
      'Chrome, Android',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox, Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      'Safari, iOS',
    ],
    ['curl/8.14.1', 'curl'],
    ['posko-laporan/1.0 (cron)', 'posko-laporan'],
    ['', undefined],
  ])('is known by browser and system, or by the name of its program: %s', (userAgent, text) => {
    expect(deviceText(userAgent)).toBe(text);
  });
});
