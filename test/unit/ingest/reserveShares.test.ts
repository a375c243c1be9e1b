import { describe, expect, it } from 'vitest';
import { ReserveShares } from '../../../ingest/journal/reserveShares.ts';

describe('shares of the reserve', () => {
  it('a tracker has a 64th of it, others have theirs, and the server itself all', () => {
    const shares = new ReserveShares(4 << 20);
    expect(shares.take('stuck', 65_000)).toBe(true);
    expect(shares.take('stuck', 1_000)).toBe(false);
    expect(shares.take('stuck', 500)).toBe(true);
    expect(shares.take('hp-08', 65_000)).toBe(true);
    for (let i = 0; i < 10; i++) expect(shares.take(undefined, 1 << 20)).toBe(true);
  });

  it('a new reserve is shared anew', () => {
    const shares = new ReserveShares(4 << 20);
    expect(shares.take('stuck', 65_536)).toBe(true);
    expect(shares.take('stuck', 1)).toBe(false);
    shares.clear();
    expect(shares.take('stuck', 1)).toBe(true);
  });
});
