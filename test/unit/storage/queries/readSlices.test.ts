import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSlices } from '../../../../server/storage/queries/readSlices.ts';
import { collect } from '../../../fixtures/collect.ts';

type Row = { readonly ms: number; readonly key: number };

/** What a database would do over these rows; counts what it was asked. */
function overRows(rows: readonly Row[], chunkRows: number, maxSpanMs = 1_000) {
  const sorted = rows.toSorted((a, b) => a.ms - b.ms || a.key - b.key);
  const spansMs: number[] = [];
  const options = {
    chunkRows,
    firstSpanMs: 10,
    maxSpanMs,
    signal: undefined,
    read: async (
      { fromMs, toMs, afterKey }: { fromMs: number; toMs: number; afterKey: number },
      limit: number,
    ) => {
      spansMs.push(toMs - fromMs);
      const found = sorted
        .filter(({ ms, key }) => ms >= fromMs && ms < toMs && (ms > fromMs || key > afterKey))
        .slice(0, limit);
      return {
        count: found.length,
        ms: Float64Array.from(found, ({ ms }) => ms),
        trackerKey: Int32Array.from(found, ({ key }) => key),
      };
    },
    findNext: async ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
      sorted.find(({ ms }) => ms >= fromMs && ms < toMs)?.ms,
    timesOf: ({ ms }: { ms: Float64Array }) => ms,
  };
  return { sorted, spansMs, options };
}

describe('reading a window slice by slice', () => {
  it('gives every row once and in order, however dense, in chunks within their bound', async () => {
    const row = fc.record({ ms: fc.nat(2_000), key: fc.nat(20) });
    const rows = fc.uniqueArray(row, {
      maxLength: 200,
      selector: ({ ms, key }) => `${ms} ${key}`,
    });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), async (given, chunkRows) => {
        const { sorted, options } = overRows(given, chunkRows);
        const window = { fromMs: 100, toMs: 1_900 };
        const chunks = await collect(readSlices(window, options));
        expect(chunks.every(({ count }) => count > 0 && count <= chunkRows)).toBe(true);
        const found = chunks.flatMap(({ ms, trackerKey }) =>
          Array.from(ms, (time, i) => ({ ms: time, key: trackerKey[i] })),
        );
        expect(found).toEqual(sorted.filter(({ ms }) => ms >= 100 && ms < 1_900));
      }),
    );
  });

  it('passes over silence in one step, however long', async () => {
    const farMs = 1e12;
    const { spansMs, options } = overRows([{ ms: farMs, key: 1 }], 10);
    const chunks = await collect(readSlices({ fromMs: 0, toMs: 2 * farMs }, options));
    expect(chunks).toHaveLength(1);
    expect(spansMs.length).toBeLessThan(5);
  });

  it('makes slices longer where rows are rare, up to the bound, and shorter where they crowd', async () => {
    const rare = Array.from({ length: 50 }, (_, i) => ({ ms: i * 9, key: 1 }));
    const dense = Array.from({ length: 500 }, (_, i) => ({ ms: 450 + i, key: 1 }));
    const { spansMs, options } = overRows([...rare, ...dense], 40, 200);
    await collect(readSlices({ fromMs: 0, toMs: 950 }, options));
    expect(Math.max(...spansMs)).toBe(200);
    expect(spansMs.at(-2)).toBeLessThan(60);
  });

  it('asks for no more than its consumer takes', async () => {
    const { spansMs, options } = overRows([{ ms: 1, key: 1 }], 10);
    const stream = readSlices({ fromMs: 0, toMs: 100 }, options);
    expect(spansMs).toHaveLength(0);
    await stream.next();
    expect(spansMs).toHaveLength(1);
    await stream.return();
    expect(spansMs).toHaveLength(1);
  });

  it('refuses a window that ends before it begins', async () => {
    const { options } = overRows([], 10);
    await expect(readSlices({ fromMs: 2, toMs: 1 }, options).next()).rejects.toThrow(
      'a window must not end before it begins, got 2 to 1',
    );
  });
});
