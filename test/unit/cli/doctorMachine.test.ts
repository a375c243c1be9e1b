import { describe, expect, it } from 'vitest';
import { checkMachine, type Machine, readMachine } from '../../../server/cli/doctorMachine.ts';

const fine: Machine = {
  nodeVersion: '24.21.0',
  memoryBytes: 4e9,
  freeMemoryBytes: 2e9,
  trackers: 16_000,
  nowMs: Date.UTC(2024, 10, 27, 0, 15, 3),
  timeZone: 'Asia/Makassar',
};

describe('the doctor on the machine', () => {
  it('finds nothing wrong where all is well', () => {
    expect(checkMachine(fine).map(({ level }) => level)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(checkMachine(fine).at(-1)?.detail).toBe(
      'it is 2024-11-27T00:15:03.000Z by this machine, in time zone Asia/Makassar',
    );
  });

  it.each<[Partial<Machine>, string, string, RegExp]>([
    [{ nodeVersion: '26.0.0' }, 'node', 'warning', /^Node 26\.0\.0, and Posko is tested with 24/],
    [{ memoryBytes: 512e6 }, 'memory', 'warning', /^512 MB of memory/],
    [{ freeMemoryBytes: 100e6 }, 'memory', 'warning', /100 MB of it free/],
    [{ trackers: 543 }, 'open files', 'warning', /room for 543 trackers/],
    [{ nowMs: 0 }, 'clock', 'problem', /^it is 1970-01-01/],
  ])('finds %o', (change, check, level, detail) => {
    const found = checkMachine({ ...fine, ...change }).filter((finding) => finding.level !== 'ok');
    expect(found).toMatchObject([{ check, level }]);
    expect(found[0]?.detail).toMatch(detail);
    expect(found[0]?.todo).toBeTruthy();
  });

  it('reads the machine that it runs on', () => {
    const machine = readMachine();
    expect(machine.nodeVersion).toBe(process.versions.node);
    expect(machine.memoryBytes).toBeGreaterThan(100e6);
    expect(machine.trackers).toBeGreaterThan(0);
  });
});
