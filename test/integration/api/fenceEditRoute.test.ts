import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fenceEditRoute } from '../../../server/api/fenceEditRoute.ts';
import { asRole, roleGate } from './asRole.ts';
import { testApp } from './testApp.ts';

/* Edits of ground that take long: nobody waits for them but whoever asked. */

let app: FastifyInstance;
beforeAll(async () => {
  app = await testApp({ gate: roleGate, routes: [fenceEditRoute(1_000)] });
});
afterAll(() => app.close());

async function edit(payload: object) {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/fences/edit',
    headers: asRole('dispatcher', '64.08'),
    payload,
  });
  return { status: answer.statusCode, body: answer.json() };
}

/** A star with so many jags that a wide buffer of it takes more than a minute. */
function star(points: number): object {
  const ring = Array.from({ length: points }, (_, i) => {
    const angle = (i / points) * 2 * Math.PI;
    const radius = 0.1 * (1 - (0.3 * ((i * 7_919) % 13)) / 13);
    return [117 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  });
  return { geometry: { type: 'Polygon', coordinates: [ring] } };
}
const intricate = { edit: 'buffer', byM: 20_000, shapes: [star(4_990)] };
const simple = { edit: 'buffer', byM: 100, shapes: [star(5)] };

it('ends an edit that takes too long, and two of them keep only a third one waiting', async () => {
  const slow = [edit(intricate), edit(intricate)];
  const refused = await edit(simple);
  expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
  const other = await app.inject({ url: '/api/v1/nothing' });
  expect(other.statusCode).toBe(404);
  // both are still at it: this thread had time for others
  expect(await Promise.race([...slow, 'under way'])).toBe('under way');
  for (const ended of await Promise.all(slow)) {
    expect(ended).toMatchObject({ status: 422, body: { code: 'edit_too_slow' } });
  }
  expect((await edit(simple)).status).toBe(200);
});

it('keeps a thread for the next edit, whether it was refused or not', async () => {
  const results = [];
  for (const byM of [100, -10_000, 100]) results.push(await edit({ ...simple, byM }));
  expect(results.map(({ status }) => status)).toEqual([200, 422, 200]);
});
