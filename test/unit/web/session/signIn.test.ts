import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../web/src/api/problem.ts';
import { displayLink, readEntranceLink } from '../../../../web/src/session/entranceLink.ts';
import { readSession } from '../../../../web/src/session/sessionInfo.ts';
import {
  isSame,
  signInBegins,
  signInRefused,
  signInSent,
} from '../../../../web/src/session/signInProgress.ts';
import { person } from './fakeSession.ts';

const typed = { name: 'andi', password: 'rahasia', code: '' };
const refusal = (code: string, waitMs?: number) => {
  const problem: Problem = { code, status: 401, title: code, detail: undefined, waitMs };
  return { ok: false, problem } as const;
};
const sent = signInSent(signInBegins);

describe('signing in', () => {
  it('asks for the code as the next step, and calls it a failure only then', () => {
    const asked = signInRefused(sent, typed, refusal('code_needed'), 0);
    expect(asked).toMatchObject({ step: 'code', isBusy: false, problem: undefined });
    const wrong = signInRefused(signInSent(asked), typed, refusal('wrong_credentials'), 0);
    expect(wrong).toMatchObject({ step: 'code', problem: { code: 'wrong_credentials' } });
  });

  it('waits as long as the server says, and knows what had been sent', () => {
    const waiting = signInRefused(sent, typed, refusal('wait', 7500), 1000);
    expect(waiting.wait).toEqual({ untilMs: 8500, sent: typed });
    expect(waiting.problem).toBeUndefined();
    expect(isSame(typed, { ...typed })).toBe(true);
    expect(isSame(typed, { ...typed, password: 'rahasi' })).toBe(false);
  });

  it('waits a second when the server does not say how long', () => {
    expect(signInRefused(sent, typed, refusal('too_many_requests'), 0).wait?.untilMs).toBe(1000);
  });
});

describe('links that sign in', () => {
  it.each([
    ['#setup=AZ_-09', { kind: 'setup', token: 'AZ_-09' }],
    ['#link=abc', { kind: 'link', token: 'abc' }],
    ['#display=posko_abc', { kind: 'display', token: 'posko_abc' }],
    ['', undefined],
    ['#link=', undefined],
    ['#link=a b', undefined],
    ['#other=abc', undefined],
    [`#link=${'a'.repeat(257)}`, undefined],
  ])('reads %s', (hash, link) => {
    expect(readEntranceLink(hash)).toEqual(link);
  });

  it('writes the one of a wall screen so that it can be read again', () => {
    const { hash } = new URL(displayLink('https://posko.example', 'posko_abc'));
    expect(readEntranceLink(hash)).toEqual({ kind: 'display', token: 'posko_abc' });
  });
});

describe('who is signed in', () => {
  it('leaves out roles and permissions of a newer server', () => {
    const grants = [
      { role: 'dispatcher', region: '64.08' },
      { role: 'astronaut', region: '*' },
    ];
    const read = readSession(person({ grants, permissions: ['units.view', 'moon.view'] }).json);
    expect(read?.grants).toEqual([{ role: 'dispatcher', region: '64.08' }]);
    expect(read?.permissions).toEqual(['units.view']);
  });

  it.each([
    ['no name', person({ name: undefined }).json],
    ['an unknown kind', person({ kind: 'robot' }).json],
    ['grants that are none', person({ grants: [{ role: 'viewer' }] }).json],
    ['nothing', undefined],
  ])('does not take an answer with %s', (_name, json) => {
    expect(readSession(json)).toBeUndefined();
  });
});
