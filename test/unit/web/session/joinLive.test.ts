import { describe, expect, it } from 'vitest';
import { joinLive } from '../../../../web/src/session/joinLive.ts';
import { createFakeWorld, hello, snapshot } from '../live/fakeLive.ts';
import { createFakeSession, type FakeAnswer, person, settle } from './fakeSession.ts';

async function joined(first: FakeAnswer) {
  const live = createFakeWorld();
  const world = createFakeSession(first);
  joinLive(world.holder, live.client);
  await world.holder.start(undefined);
  return { live, world };
}

describe('the live socket and the session', () => {
  it.each([
    ['nobody is signed in', { code: 'signed_out' }],
    ['the password has to be changed first', person({ mustChangePassword: true })],
    ['there is no role', person({ permissions: [] })],
  ])('opens none while %s', async (_name, first) => {
    const { live } = await joined(first);
    expect(live.sockets).toHaveLength(0);
  });

  it('opens one for whoever may see units', async () => {
    const { live } = await joined(person());
    expect(live.sockets).toHaveLength(1);
  });

  it('stops trying when the session has ended, and goes on after the new sign-in', async () => {
    const { live, world } = await joined(person());
    live.say(hello(live));
    live.say(snapshot(live, { sequence: 1 }, []));
    world.answer = { code: 'signed_out' };
    live.sockets[0]?.closed(4401);
    await settle();
    expect(live.client.connection.state).toBe('paused');
    expect(live.waits()).toEqual([]);
    world.answer = person();
    await world.holder.check();
    expect(live.sockets).toHaveLength(2);
  });

  it('asks who is signed in when the permissions changed, and watches on', async () => {
    const { live, world } = await joined(person());
    live.say(hello(live));
    world.answer = person({ permissions: ['map.view', 'units.view', 'log.view'] });
    live.sockets[0]?.closed(4403);
    live.pass(0);
    await settle();
    expect(live.sockets).toHaveLength(2);
    expect(world.holder.read()).toMatchObject({
      session: { permissions: ['map.view', 'units.view', 'log.view'] },
    });
  });

  it('lets go when the last permission to see units is taken away', async () => {
    const { live, world } = await joined(person());
    live.say(hello(live));
    world.answer = person({ permissions: [], grants: [] });
    live.sockets[0]?.closed(4403);
    await settle();
    expect(live.client.connection.state).toBe('paused');
  });
});
