import { describe, expect, it } from 'vitest';
import { openPage } from '../../../server/api/openAlarms.ts';
import { anAlarm, raisedAtMs } from '../../fixtures/anAlarm.ts';

const alarm = (n: number, afterMs: number) =>
  anAlarm({ id: `0192f3a1-5c00-5000-8000-00000000000${n}`, raisedAtMs: raisedAtMs + afterMs });

describe('pages of open alarms', () => {
  it('are newest first, by id where they are of the same millisecond, and leave none out', () => {
    // the clock of the server went back before the last one
    const open = [alarm(2, 0), alarm(1, 0), alarm(4, 7), alarm(3, 7), alarm(5, 3)];
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = openPage(open, ['64'], {}, { cursor, limit: 2, nowMs: raisedAtMs });
      pages.push(page.alarms.map(({ id }) => id.slice(-1)));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(pages).toEqual([['4', '3'], ['5', '2'], ['1']]);
  });
});
