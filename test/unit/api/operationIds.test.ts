import { describe, expect, it } from 'vitest';
import { operationIdReader } from '../../../server/api/operationIds.ts';

describe('the ids of operations', () => {
  it('are read once, and again where one is not known', async () => {
    const operations = [{ key: 1, id: 'pilkada', region: '64.08' }];
    let reads = 0;
    const read = operationIdReader(async () => {
      reads += 1;
      return operations;
    });
    const idOf = async (key: number) =>
      (await read(({ byKey }) => byKey.has(key))).byKey.get(key)?.id;
    expect(await idOf(1)).toBe('pilkada');
    expect(await idOf(1)).toBe('pilkada');
    expect(reads).toBe(1);
    operations.push({ key: 2, id: 'pemilu', region: '64' });
    expect(await idOf(2)).toBe('pemilu');
    const { byId } = await read((known) => known.byId.has('pemilu'));
    expect(byId.get('pemilu')).toEqual({ key: 2, id: 'pemilu', region: '64' });
    expect(reads).toBe(2);
  });

  it('stay known while the database is away', async () => {
    let isAway = false;
    const read = operationIdReader(async () => {
      if (isAway) throw new Error('the database is away');
      return [{ key: 1, id: 'pilkada', region: '64.08' }];
    });
    await read(({ byKey }) => byKey.has(1));
    isAway = true;
    expect((await read(({ byKey }) => byKey.has(1))).byKey.get(1)?.id).toBe('pilkada');
    await expect(read(({ byKey }) => byKey.has(2))).rejects.toThrow('the database is away');
  });
});
