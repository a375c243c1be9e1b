import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCertificate } from '../../../server/cli/doctorCertificate.ts';

const dayMs = 86_400_000;
const file = (name: string): string => path.join(import.meta.dirname, '../../fixtures/tls', name);
// for posko.example.id, *.polda.example.id and 10.0.0.5
const tls = { certFile: file('otherCert.pem'), keyFile: file('otherKey.pem') };
const { validFromDate, validToDate } = new X509Certificate(readFileSync(tls.certFile));
const names = ['posko.example.id', 'peta.polda.example.id'];

const checked = (changed: object, nowMs = validFromDate.getTime()) =>
  checkCertificate(
    {
      host: '0.0.0.0',
      port: 8080,
      tls,
      names,
      shownHost: '127.0.0.1',
      allowsPlainHttp: false,
      trustedProxies: [],
      ...changed,
    },
    nowMs,
  );

describe('the doctor on the certificate', () => {
  it('has nothing to say without one, and says until when a good one counts', () => {
    expect(checked({ tls: undefined })).toEqual([]);
    const until = expect.stringContaining(`counts until ${validToDate.toISOString()}`);
    expect(checked({})).toEqual([{ check: 'certificate', level: 'ok', detail: until }]);
  });

  it.each([
    [30 * dayMs + 1, 'ok', /counts until/],
    [30 * dayMs, 'warning', /for 30 days more/],
    [1, 'warning', /for 0 days more/],
    [0, 'problem', /ended at .*browsers let nobody in/],
  ])('says %i ms before its end that this is %s', (leftMs, level, detail) => {
    const found = checked({}, validToDate.getTime() - leftMs);
    expect(found).toMatchObject([{ level, detail: expect.stringMatching(detail) }]);
  });

  it('warns of one that does not count yet', () => {
    const found = checked({}, validFromDate.getTime() - 1);
    expect(found).toMatchObject([
      { level: 'warning', detail: expect.stringMatching(/counts from/) },
    ]);
  });

  it('warns of names that it is not for, and of those under which Posko does not answer', () => {
    const [, bare, refused, ...rest] = checked({
      names: ['peta.example.id', 'a.b.polda.example.id'],
    });
    expect(bare).toMatchObject({
      level: 'warning',
      detail: expect.stringMatching(
        /^it is not for peta\.example\.id, a\.b\.polda\.example\.id of /,
      ),
    });
    expect(refused).toMatchObject({
      level: 'warning',
      detail: expect.stringMatching(/^it is for posko\.example\.id, \*\.polda\.example\.id, under/),
      todo: expect.stringContaining('POSKO_HTTP_NAMES'),
    });
    expect(rest).toEqual([]);
    const local = { certFile: file('cert.pem'), keyFile: file('key.pem') };
    expect(checked({ tls: local, names: [] })).toMatchObject([{ level: 'ok' }]);
  });

  it('finds a key of another one, and files that are neither', () => {
    const mixed = { ...tls, keyFile: file('key.pem') };
    expect(checked({ tls: mixed })).toMatchObject([
      { level: 'problem', detail: expect.stringMatching(/key\.pem, which is not the key of/) },
    ]);
    for (const certFile of [file('missing.pem'), file('key.pem')]) {
      expect(checked({ tls: { ...tls, certFile } })).toMatchObject([{ level: 'problem' }]);
    }
  });
});
