import type { ApiClient } from '../../../../web/src/api/apiClient.ts';
import type { Answer } from '../../../../web/src/api/problem.ts';
import { SessionHolder } from '../../../../web/src/session/sessionHolder.ts';

/** What a test's server answers: JSON, or the code of a problem. */
export type FakeAnswer = { readonly json: unknown } | { readonly code: string };

/** A session holder whose server and time are a test's. */
export type FakeSession = {
  readonly holder: SessionHolder;
  /** `GET /session` and so on, oldest first. */
  readonly asked: string[];
  /** The questions that do not count as use. */
  readonly askedAutomatically: string[];
  /** What the server answers from now on. */
  answer: FakeAnswer;
  /** What it answers before that, one question after the other. */
  readonly answersFirst: FakeAnswer[];
  /** Delays of the timers that wait, ms; `ring` lets the newest one end. */
  readonly waits: number[];
  readonly ring: () => Promise<void>;
  /** How often the page was loaded anew. */
  reloads: number;
};

export const person = (more: object = {}): { readonly json: unknown } => ({
  json: {
    kind: 'person',
    name: 'andi',
    fullName: 'Andi',
    grants: [{ role: 'dispatcher', region: '64.08' }],
    permissions: ['map.view', 'units.view'],
    secondFactor: 'none',
    mustChangePassword: false,
    idleMs: 1,
    expiresAtMs: 1,
    isPlainHttp: false,
    ...more,
  },
});

/** Lets everything that was answered arrive. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createFakeSession(first: FakeAnswer): FakeSession {
  const tasks: (() => void)[] = [];
  const asked: string[] = [];
  const askedAutomatically: string[] = [];
  const waits: number[] = [];
  const reply = <Value>(read: (json: unknown) => Value | undefined): Answer<Value> => {
    const answer = world.answersFirst.shift() ?? world.answer;
    if ('code' in answer) {
      const problem = {
        code: answer.code,
        status: undefined,
        title: '',
        detail: undefined,
        waitMs: undefined,
      };
      // as the real client does, before the answer itself
      if (answer.code === 'signed_out') void world.holder.doubt();
      return { ok: false, problem };
    }
    const value = read(answer.json);
    if (value === undefined) throw new Error('the test answers with another form');
    return { ok: true, value };
  };
  const api: ApiClient = {
    get: async (path, read, { isAutomatic = false } = {}) => {
      asked.push(`GET ${path}`);
      if (isAutomatic) askedAutomatically.push(`GET ${path}`);
      return reply(read);
    },
    send: async (method, path, _body, read) => {
      asked.push(`${method} ${path}`);
      return reply(read);
    },
    settled: async () => {},
  };
  const world: FakeSession = {
    holder: new SessionHolder({
      api,
      random: () => 0,
      after: (delayMs, task) => {
        waits.push(delayMs);
        tasks.push(task);
        return () => {
          tasks.splice(tasks.indexOf(task), 1);
        };
      },
      reload: () => {
        world.reloads += 1;
      },
    }),
    asked,
    askedAutomatically,
    answer: first,
    answersFirst: [],
    waits,
    ring: async () => {
      tasks.pop()?.();
      await settle();
    },
    reloads: 0,
  };
  return world;
}
