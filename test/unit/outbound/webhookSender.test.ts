import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alarm, AlarmEvent } from '../../../server/domain/alarm.ts';
import type { WebhookAnswer } from '../../../server/domain/webhook.ts';
import type { AlarmNews } from '../../../server/outbound/webhookMessage.ts';
import type {
  GivenUp,
  WebhookQueue,
  WebhookToSend,
} from '../../../server/outbound/webhookQueue.ts';
import { WebhookSender } from '../../../server/outbound/webhookSender.ts';
import { anAlarm, anAlarmEvent, raisedAtMs } from '../../fixtures/anAlarm.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

function aWebhook(key: number, changes: Partial<WebhookToSend> = {}): WebhookToSend {
  return {
    ...{ key, id: `hook-${key}`, name: `hook ${key}`, url: `http://hook-${key}/` },
    ...{ regions: ['*'], leastPriority: 'low', kinds: [], withExercises: false },
    ...{ addedBy: 'budi', addedAtMs: 0, offBecause: null, sealedSecret: Buffer.from('s') },
    delivery: {
      ...{ cursor: 0, attempts: 0, nextTryAtMs: null, failingSinceMs: null },
      ...{ lastStatus: null, lastError: null, lastSentAtMs: null },
    },
    ...changes,
  };
}

/** A database in memory, and targets that answer as a test says. */
class Rig {
  readonly hooks = new Map<number, WebhookToSend>();
  readonly news: AlarmNews[] = [];
  readonly dead: (GivenUp & { webhookKey: number; isWanted: boolean; key: number })[] = [];
  /** `url kind-of-event` of what was posted, in its order. */
  readonly posted: string[] = [];
  readonly postedAtMs: number[] = [];
  answer: (url: string, id: string) => WebhookAnswer | Promise<WebhookAnswer> = () => taken;
  isAway = false;
  readonly sender: WebhookSender;

  constructor() {
    this.sender = new WebhookSender({
      queue: this.#queue(),
      openSecret: (sealed) => sealed,
      post: async ({ url, body }) => {
        const { id } = JSON.parse(body);
        this.posted.push(`${new URL(url).hostname} ${id}`);
        this.postedAtMs.push(Date.now());
        return this.answer(url, id);
      },
      version: '1.2.3',
      nowMs: Date.now,
      random: () => 1,
      log: pino({ level: 'silent' }),
    });
  }

  add(...hooks: readonly WebhookToSend[]): void {
    for (const hook of hooks) this.hooks.set(hook.key, hook);
    this.sender.changed();
  }

  /** Alarm events are in the database; they are called e1, e2 and so on. */
  happen(count = 1, alarm: Alarm = anAlarm(), changes: Partial<AlarmEvent> = {}): void {
    for (let i = 0; i < count; i++) {
      const key = this.news.length + 1;
      const { alarm: _, ...event } = anAlarmEvent(alarm, { atMs: Date.now(), ...changes });
      this.news.push({ event: { ...event, key, id: `e${key}` }, alarm });
    }
    this.sender.alarmsWritten();
  }

  state(key: number): WebhookToSend {
    const hook = this.hooks.get(key);
    if (hook === undefined) throw new Error(`there is no webhook ${key}`);
    return hook;
  }

  #set({ key }: { key: number }, changes: Partial<WebhookToSend['delivery']>): void {
    const hook = this.state(key);
    this.hooks.set(key, { ...hook, delivery: { ...hook.delivery, ...changes } });
  }

  #queue(): WebhookQueue {
    const asked = async <Value>(look: () => Value): Promise<Value> => {
      if (this.isAway) throw new Error('the database is away');
      return look();
    };
    return {
      listOn: () =>
        asked(() =>
          [...this.hooks.values()].filter((h) => h.offBecause === null).map((h) => h.key),
        ),
      read: (key) =>
        asked(() => {
          const hook = this.hooks.get(key);
          return hook?.offBecause === null ? hook : undefined;
        }),
      news: (after, limit) =>
        asked(() => this.news.filter(({ event }) => event.key > after).slice(0, limit)),
      advance: (hook, cursor) => asked(() => this.#set(hook, { cursor })),
      sent: (hook, cursor, { status }, lastSentAtMs) =>
        asked(() =>
          this.#set(hook, {
            ...{ cursor, attempts: 0, nextTryAtMs: null, failingSinceMs: null },
            ...{ lastStatus: status, lastError: null, lastSentAtMs },
          }),
        ),
      failed: (hook, { status, said }, { tryAtMs, failingSinceMs }) =>
        asked(() =>
          this.#set(hook, {
            ...{ attempts: hook.delivery.attempts + 1, nextTryAtMs: tryAtMs, failingSinceMs },
            ...{ lastStatus: status, lastError: said },
          }),
        ),
      giveUp: (hook, given) =>
        asked(() => {
          for (const each of given) {
            const key = this.dead.length + 1;
            this.dead.push({ ...each, webhookKey: hook.key, isWanted: false, key });
          }
          this.#set(hook, { cursor: given.at(-1)?.eventKey ?? 0, attempts: 0 });
        }),
      switchOff: (hook, because) =>
        asked(() => {
          this.hooks.set(hook.key, { ...this.state(hook.key), offBecause: because });
        }),
      wanted: (hook) =>
        asked(() => {
          const found = this.dead.find((d) => d.isWanted && d.webhookKey === hook.key);
          const news = this.news.find(({ event }) => event.key === found?.eventKey) ?? null;
          return found === undefined ? undefined : { key: found.key, news };
        }),
      resent: (key, failure) =>
        asked(() => {
          const at = this.dead.findIndex((d) => d.key === key);
          const [letter] = this.dead.splice(at, 1);
          if (failure !== null && letter !== undefined) {
            this.dead.push({ ...letter, isWanted: false, answer: failure });
          }
        }),
    };
  }
}

const taken: WebhookAnswer = { status: 204, said: '' };
const down: WebhookAnswer = { status: 503, said: 'busy' };
const never = (): Promise<WebhookAnswer> => new Promise(() => undefined);

let rig: Rig;
beforeEach(() => {
  vi.useFakeTimers({ now: raisedAtMs });
  rig = new Rig();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets everything happen that takes no time. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('webhooks', () => {
  it('get every event once, in its order, each to those who ask for it', async () => {
    rig.add(
      aWebhook(1),
      aWebhook(2, { regions: ['64.72'] }),
      aWebhook(3, { leastPriority: 'high' }),
      aWebhook(4, { kinds: ['closed'] }),
      aWebhook(5, { withExercises: true, leastPriority: 'sos' }),
    );
    await settle();
    rig.happen(1, anAlarm({ priority: 'low' }));
    rig.happen(1, anAlarm({ priority: 'medium', regions: ['64.72.01'] }));
    rig.happen(1, anAlarm({ priority: 'high' }), { kind: 'closed', state: 'closed' });
    rig.happen(1, anAlarm({ isExercise: true }));
    rig.happen(1, anAlarm({ state: 'suppressed' }));
    rig.happen(1, anAlarm({ state: 'suppressed' }), { kind: 'suppressed' });
    await settle();
    const of = (hook: number): string[] =>
      rig.posted.filter((each) => each.startsWith(`hook-${hook} `)).map((each) => each.slice(7));
    expect(of(1)).toEqual(['e1', 'e2', 'e3', 'e6']);
    expect(of(2)).toEqual(['e2']);
    expect(of(3)).toEqual(['e3', 'e6']);
    expect(of(4)).toEqual(['e3']);
    expect(of(5)).toEqual(['e4', 'e6']);
    expect(rig.sender.status()).toMatchObject({ webhooks: 5, failing: 0, sent: 10 });
  });

  it('try again from 2 s to 10 min later, and send the rest when the first arrived', async () => {
    rig.answer = () => down;
    rig.add(aWebhook(1));
    await settle();
    rig.happen(2);
    await vi.advanceTimersByTimeAsync(60 * minuteMs);
    const waits = rig.postedAtMs.map((atMs, i) => (atMs - (rig.postedAtMs[i - 1] ?? atMs)) / 1000);
    expect(waits.slice(1)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600]);
    expect(new Set(rig.posted)).toEqual(new Set(['hook-1 e1']));
    expect(rig.sender.status().failing).toBe(1);
    rig.answer = () => taken;
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    expect(rig.posted.slice(-2)).toEqual(['hook-1 e1', 'hook-1 e2']);
    expect(rig.sender.status().failing).toBe(0);
  });

  it('give an event up after a day, and what has become as old meanwhile without a try', async () => {
    rig.answer = () => down;
    rig.add(aWebhook(1));
    await settle();
    rig.happen(3);
    await vi.advanceTimersByTimeAsync(dayMs / 2);
    rig.happen(1);
    await vi.advanceTimersByTimeAsync(dayMs / 2 + 20 * minuteMs);
    expect(rig.dead.map(({ eventId }) => eventId)).toEqual(['e1', 'e2', 'e3']);
    expect(rig.dead[0]?.attempts).toBeGreaterThan(100);
    expect(rig.dead[1]).toMatchObject({ attempts: 0, answer: down });
    expect(new Set(rig.posted)).toEqual(new Set(['hook-1 e1', 'hook-1 e4']));
    rig.answer = () => taken;
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    expect(rig.posted.at(-1)).toBe('hook-1 e4');
  });

  it('send dead letters once more when somebody wants that', async () => {
    rig.add(aWebhook(1));
    await settle();
    rig.happen(2);
    await settle();
    const letter = { webhookKey: 1, attempts: 9, answer: down, isWanted: true };
    rig.dead.push({ ...letter, key: 1, eventKey: 1, eventId: 'e1' });
    rig.dead.push({ ...letter, key: 2, eventKey: 2, eventId: 'e2' });
    rig.dead.push({ ...letter, key: 3, eventKey: 99, eventId: 'gone' });
    rig.posted.length = 0;
    rig.answer = (_url, id) => (id === 'e1' ? taken : down);
    rig.sender.changed();
    await settle();
    expect(rig.posted).toEqual(['hook-1 e1', 'hook-1 e2']);
    expect(rig.dead).toMatchObject([{ eventId: 'e2', isWanted: false }]);
  });

  it('are switched off by 410, and go on with nothing', async () => {
    rig.answer = () => ({ status: 410, said: 'gone' });
    rig.add(aWebhook(1));
    await settle();
    rig.happen(2);
    await vi.advanceTimersByTimeAsync(60 * minuteMs);
    expect(rig.posted).toEqual(['hook-1 e1']);
    expect(rig.state(1).offBecause).toBe('410: gone');
  });

  it('that hang hold up nobody but themselves', async () => {
    rig.answer = (url) => (url.includes('hook-1') || url.includes('hook-2') ? never() : taken);
    rig.add(aWebhook(1), aWebhook(2), aWebhook(3), aWebhook(4));
    await settle();
    rig.happen(50);
    await settle();
    for (const hook of [3, 4]) {
      expect(rig.posted.filter((each) => each.startsWith(`hook-${hook} `))).toHaveLength(50);
    }
    expect(rig.posted.filter((each) => each.startsWith('hook-1 '))).toHaveLength(1);
  });

  it('that are known to fail leave half of the places to the others, however many they are', async () => {
    const failing = { ...aWebhook(0).delivery, failingSinceMs: raisedAtMs - 1, attempts: 1 };
    for (let key = 1; key <= 8; key++) rig.hooks.set(key, aWebhook(key, { delivery: failing }));
    rig.hooks.set(9, aWebhook(9));
    rig.answer = (url) => (url.includes('hook-9') ? taken : never());
    rig.sender.changed();
    await settle();
    rig.happen(20);
    await settle();
    expect(rig.posted.filter((each) => each.startsWith('hook-9 '))).toHaveLength(20);
    expect(rig.posted.filter((each) => !each.startsWith('hook-9 '))).toHaveLength(2);
  });

  it('wait for the database when it is away, and lose nothing', async () => {
    rig.add(aWebhook(1));
    await settle();
    rig.isAway = true;
    rig.happen(1);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(rig.posted).toEqual([]);
    rig.isAway = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(rig.posted).toEqual(['hook-1 e1']);
  });

  it('go on where they were after a restart', async () => {
    rig.add(aWebhook(1));
    await settle();
    rig.happen(3);
    await settle();
    await rig.sender.close();
    const next = new Rig();
    next.news.push(...rig.news);
    next.happen(2);
    next.add(rig.state(1));
    await settle();
    expect(next.posted).toEqual(['hook-1 e4', 'hook-1 e5']);
  });

  it('skip what nobody asked for without a write for each', async () => {
    rig.add(aWebhook(1, { leastPriority: 'sos' }));
    await settle();
    rig.happen(450, anAlarm({ priority: 'low' }));
    rig.happen(1);
    await settle();
    expect(rig.posted).toEqual(['hook-1 e451']);
    rig.happen(99, anAlarm({ priority: 'low' }));
    await settle();
    expect(rig.state(1).delivery.cursor).toBe(451);
    rig.happen(1, anAlarm({ priority: 'low' }));
    await settle();
    expect(rig.state(1).delivery.cursor).toBe(551);
  });
});
