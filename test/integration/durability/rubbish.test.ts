import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { asOperator } from '../../fixtures/operator.ts';
import { trackerSecret } from '../../fixtures/trackerSecret.ts';
import { runPosko, stopPosko, type TestPosko } from '../fixtures/runningPosko.ts';

/* Messages in which everything is wrong, over a whole server with a database of its own. */

const ids = Array.from({ length: 6 }, (_, i) => `hp-${i}`);
let posko: TestPosko;
beforeAll(async () => {
  posko = await runPosko(ids);
}, 60_000);
afterAll(() => stopPosko(posko));

async function send(id: string, body: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${id}:${trackerSecret(id)}`).toString('base64')}`;
  const answer = await fetch(`${posko.http}/in/fix`, {
    ...{ method: 'POST', headers: { authorization }, body },
  });
  return answer.status;
}

type Storage = { behind: number; written: number; quarantined: number; leftOut: number };
async function ask<Answer>(path: string): Promise<Answer> {
  const answer = await fetch(`${posko.http}/api/v1${path}`, { headers: asOperator });
  return answer.json() as Promise<Answer>;
}

it('goes on recording after a dozen large messages with a thousand faults each, kept once each', async () => {
  const faults = Array.from({ length: 999 }, () => ({}));
  const rubbish = JSON.stringify([...faults, { pad: 'x'.repeat(60_000) }]);
  for (const id of [...ids, ...ids]) expect(await send(id, rubbish)).toBe(200);
  expect(await send('hp-0', JSON.stringify({ fixedAt: Date.now(), lon: 117.5, lat: 0.5 }))).toBe(
    200,
  );
  await vi.waitFor(
    async () => {
      const { storage } = await ask<{ storage: Storage }>('/health');
      expect(storage).toMatchObject({ behind: 0, written: 1, quarantined: 12, leftOut: 0 });
    },
    { timeout: 20_000, interval: 50 },
  );
  type Letters = { deadLetters: readonly { bytes: number; detail: string }[] };
  const { deadLetters } = await ask<Letters>('/deadletters');
  expect(deadLetters).toHaveLength(12);
  for (const { bytes, detail } of deadLetters) {
    expect(bytes).toBe(rubbish.length);
    expect(detail).toMatch(/and 999 more faults in this message/);
  }
}, 40_000);
