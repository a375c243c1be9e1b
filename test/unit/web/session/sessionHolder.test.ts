import { describe, expect, it } from 'vitest';
import { createFakeSession, person, settle } from './fakeSession.ts';

describe('the holder of the session', () => {
  it('finds out who is signed in', async () => {
    const world = createFakeSession(person());
    expect(world.holder.read().state).toBe('asking');
    await world.holder.start(undefined);
    expect(world.holder.read()).toMatchObject({
      state: 'signed_in',
      hasEnded: false,
      session: { name: 'andi', permissions: ['map.view', 'units.view'] },
    });
  });

  it('asks for the name when nobody is', async () => {
    const world = createFakeSession({ code: 'signed_out' });
    await world.holder.start(undefined);
    expect(world.holder.read()).toEqual({ state: 'signed_out' });
    expect(world.asked).toEqual(['GET /session']);
  });

  it('asks again by itself while the server is away, less and less often', async () => {
    const world = createFakeSession({ code: 'unreachable' });
    await world.holder.start(undefined);
    expect(world.holder.read().state).toBe('unreachable');
    await world.ring();
    await world.ring();
    expect(world.waits).toEqual([500, 1000, 2000]);
    world.answer = person();
    await world.ring();
    expect(world.holder.read().state).toBe('signed_in');
  });

  it('goes on from an installation that is not set up when it is', async () => {
    const world = createFakeSession({ code: 'not_set_up' });
    await world.holder.start(undefined);
    expect(world.holder.read()).toEqual({ state: 'not_set_up' });
    world.answer = { code: 'signed_out' };
    await world.ring();
    expect(world.holder.read()).toEqual({ state: 'signed_out' });
  });

  it('shows the set-up form to whoever brings the link while it is open', async () => {
    const world = createFakeSession({ json: {} });
    await world.holder.start({ kind: 'setup', token: 'abc' });
    expect(world.holder.read()).toEqual({ state: 'setting_up', token: 'abc' });
    expect(world.asked).toEqual(['GET /setup']);
  });

  it.each([
    ['link', 'POST /session/link'],
    ['display', 'POST /session/display'],
  ] as const)('signs in by a %s', async (kind, request) => {
    const world = createFakeSession(person({ kind: kind === 'display' ? 'display' : 'person' }));
    await world.holder.start({ kind, token: 'abc' });
    expect(world.asked).toEqual([request]);
    expect(world.holder.read().state).toBe('signed_in');
  });

  it('says that a link does not work, and can go on without it', async () => {
    const world = createFakeSession({ code: 'link_expired' });
    await world.holder.start({ kind: 'setup', token: 'abc' });
    expect(world.holder.read()).toMatchObject({ state: 'link_refused' });
    world.answer = { code: 'signed_out' };
    await world.holder.start(undefined);
    expect(world.holder.read()).toEqual({ state: 'signed_out' });
  });

  it('tries a link again when the server could not be asked', async () => {
    const world = createFakeSession({ code: 'unreachable' });
    await world.holder.start({ kind: 'display', token: 'abc' });
    world.answer = person({ kind: 'display' });
    await world.ring();
    expect(world.asked).toEqual(['POST /session/display', 'POST /session/display']);
    expect(world.holder.read().state).toBe('signed_in');
  });

  it('keeps who was signed in when the session has ended, and goes on after a new sign-in', async () => {
    const world = createFakeSession(person());
    await world.holder.start(undefined);
    world.answer = { code: 'signed_out' };
    await world.holder.doubt();
    expect(world.holder.read()).toMatchObject({
      state: 'signed_in',
      hasEnded: true,
      session: { name: 'andi' },
    });
    world.answer = person();
    await world.holder.check();
    expect(world.holder.read()).toMatchObject({ state: 'signed_in', hasEnded: false });
    expect(world.reloads).toBe(0);
  });

  it('asks once, however many answers said that nobody is signed in', async () => {
    const world = createFakeSession(person());
    await world.holder.start(undefined);
    world.answer = { code: 'signed_out' };
    void world.holder.doubt();
    void world.holder.doubt();
    await settle();
    void world.holder.doubt();
    await settle();
    expect(world.asked).toEqual(['GET /session', 'GET /session']);
  });

  it('lets somebody who is in stay while the server is away', async () => {
    const world = createFakeSession(person());
    await world.holder.start(undefined);
    world.answer = { code: 'unreachable' };
    await world.holder.doubt();
    expect(world.holder.read()).toMatchObject({ state: 'signed_in', hasEnded: false });
    expect(world.waits).toEqual([]);
  });

  it('loads the page anew when somebody else signed in meanwhile', async () => {
    const world = createFakeSession(person());
    await world.holder.start(undefined);
    world.answer = person({ name: 'budi' });
    await world.holder.check();
    expect(world.reloads).toBe(1);
    expect(world.holder.read()).toMatchObject({ session: { name: 'andi' } });
  });

  it('does not let an old answer undo a new sign-in', async () => {
    const world = createFakeSession(person());
    await world.holder.start(undefined);
    const now = world.holder.read();
    if (now.state !== 'signed_in') throw new Error('not signed in');
    world.answer = { code: 'signed_out' };
    const checked = world.holder.check();
    world.holder.take(now.session);
    await checked;
    expect(world.holder.read()).toMatchObject({ state: 'signed_in', hasEnded: false });
  });

  it('asks nothing more after it was closed', async () => {
    const world = createFakeSession({ code: 'unreachable' });
    await world.holder.start(undefined);
    world.holder.close();
    await world.ring();
    expect(world.asked).toHaveLength(1);
  });
});
