import { describe, expect, it } from 'vitest';
import { operationIdReader } from '../../../server/api/operationIds.ts';

describe('the ids of operations', () => {
  it('are read once, and again where one is not known', async () => {
    const operations = [{ key: 1, id: 'pilkada' }];
    let reads = 0;
    const read = operationIdReader(async () => {
      reads += 1;
      return operations;
    });
    const idOf = async (key: number) => (await read(({ ids }) => ids.has(key))).ids.get(key);
    expect(await idOf(1)).toBe('pilkada');
    expect(await idOf(1)).toBe('pilkada');
    expect(reads).toBe(1);
    operations.push({ key: 2, id: 'pemilu' });
    expect(await idOf(2)).toBe('pemilu');
    expect((await read(({ keys }) => keys.has('pemilu'))).keys.get('pemilu')).toBe(2);
    expect(reads).toBe(2);
  });

  it('stay known while the database is away', async () => {
    let isAway = false;
    const read = operationIdReader(async () => {
      if (isAway) throw new Error('the database is away');
      return [{ key: 1, id: 'pilkada' }];
    });
    await read(({ ids }) => ids.has(1));
    isAway = true;
    expect((await read(({ ids }) => ids.has(1))).ids.get(1)).toBe('pilkada');
    await expect(read(({ ids }) => ids.has(2))).rejects.toThrow('the database is away');
  });
});
