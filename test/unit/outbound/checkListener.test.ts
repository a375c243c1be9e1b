import { describe, expect, it } from 'vitest';
import type { Access } from '../../../server/domain/access.ts';
import { checkListener, type IdentifyToken } from '../../../server/outbound/checkListener.ts';

const access: Access = {
  ...{ kind: 'api', actor: 'budi/cad', userKey: 1, credential: 'token:5', expiresAtMs: 9 },
  grants: [{ role: 'integrator', region: '64.08' }],
};
const isToken = (secret: string): boolean => secret.startsWith('posko_');
const check = (id: string, secret: string, identify: IdentifyToken) =>
  checkListener({ id, secret, address: '127.0.0.1', door: 'mqtt' }, isToken, identify);
const found: IdentifyToken = async () => ({ ok: true, value: access });
const refused =
  (reason: 'ended' | 'database_away'): IdentifyToken =>
  async () => ({ ok: false, reason, detail: '' });

describe('who comes to listen', () => {
  it('hears what the token lets them see, until it ends', async () => {
    expect(await check('token-cad', 'posko_x', found)).toEqual({
      isRight: true,
      retryAfterMs: undefined,
      listener: {
        ...{ credential: 'token:5', actor: 'budi/cad', expiresAtMs: 9 },
        ...{ alarms: ['64.08'], positions: ['64.08'] },
      },
    });
  });

  it('is nobody with a token that has ended, and comes again while the database is away', async () => {
    expect(await check('token', 'posko_x', refused('ended'))).toEqual({
      ...{ isRight: false, retryAfterMs: undefined, listener: null },
    });
    expect(await check('token', 'posko_x', refused('database_away'))).toMatchObject({
      retryAfterMs: 5_000,
    });
  });

  it.each([
    ['hp-07', 'posko_x'],
    ['token7', 'secret-of-a-tracker'],
  ])('is told from a tracker: %s with %s', async (id, secret) => {
    expect(await check(id, secret, found)).toBeUndefined();
  });
});
