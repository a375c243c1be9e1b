import { describe, expect, it } from 'vitest';
import { createFakeSession, type FakeAnswer, person, settle } from './fakeSession.ts';

const gone = { json: null };
const failed = { code: 'database_away' };
const signedOut = { code: 'signed_out' };
const unreachable = { code: 'unreachable' };

/** Somebody signs out, and the server answers this. */
async function signOut(...answers: readonly FakeAnswer[]) {
  const world = createFakeSession(person());
  await world.holder.start(undefined);
  world.answersFirst.push(...answers);
  await world.holder.signOut();
  await settle();
  return world;
}

describe('signing out', () => {
  it('loads the page anew when the server has done it', async () => {
    const world = await signOut(gone);
    expect(world.asked).toEqual(['GET /session', 'DELETE /session']);
    expect(world.reloads).toBe(1);
  });

  it('covers the map at once', async () => {
    const world = createFakeSession(person());
    await world.holder.start(undefined);
    const leaving = world.holder.signOut();
    expect(world.holder.read()).toMatchObject({ state: 'leaving', problem: undefined });
    await leaving;
  });

  it('says so when only the browser has forgotten the session', async () => {
    const world = await signOut(failed, signedOut);
    expect(world.holder.read()).toMatchObject({ state: 'left_unrecorded' });
    expect(world.reloads).toBe(0);
  });

  it.each([
    ['the server does not say who is there', failed, failed],
    ['the session goes on', failed, person()],
    ['nobody answers', unreachable, unreachable],
  ] as const)('is not done while %s, and tried again until it is', async (_name, first, second) => {
    const world = await signOut(first, second);
    expect(world.holder.read()).toMatchObject({ state: 'leaving', problem: first });
    expect(world.reloads).toBe(0);
    world.answersFirst.push(gone);
    await world.ring();
    expect(world.reloads).toBe(1);
  });

  it('is done when the answer was lost and the session is over', async () => {
    const world = await signOut(unreachable, signedOut);
    expect(world.reloads).toBe(1);
    const late = await signOut(signedOut);
    expect(late.reloads).toBe(1);
  });

  it('remembers that an earlier answer made the browser forget the session', async () => {
    const world = await signOut(failed, unreachable);
    world.answersFirst.push(signedOut);
    await world.ring();
    expect(world.holder.read().state).toBe('left_unrecorded');
    expect(world.reloads).toBe(0);
  });

  it('can be given up, and is not tried again then', async () => {
    const world = await signOut(unreachable, unreachable);
    await world.holder.stay();
    expect(world.holder.read()).toMatchObject({ state: 'signed_in', hasEnded: false });
    await world.ring();
    expect(world.asked.filter((question) => question.startsWith('DELETE'))).toHaveLength(1);
  });
});

describe('using the page', () => {
  it('is told the server by a question that counts, and doubt by one that does not', async () => {
    const world = createFakeSession(person());
    await world.holder.noteUse();
    expect(world.asked).toEqual([]);
    await world.holder.start(undefined);
    await world.holder.noteUse();
    expect(world.asked).toEqual(['GET /session', 'GET /session']);
    expect(world.askedAutomatically).toEqual([]);
    await world.holder.doubt();
    expect(world.askedAutomatically).toEqual(['GET /session']);
  });
});
