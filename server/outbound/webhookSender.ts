import type { Logger } from 'pino';
import { dayMs, minuteMs } from '../domain/durations.ts';
import type { WebhookAnswer } from '../domain/webhook.ts';
import type { PostWebhook } from './postWebhook.ts';
import { Slots } from './slots.ts';
import { type AlarmNews, bodyOf, headersOf, isWanted } from './webhookMessage.ts';
import type { WebhookQueue, WebhookToSend } from './webhookQueue.ts';

export type WebhookSenderParts = {
  readonly queue: WebhookQueue;
  /** Opens a sealed secret; throws where its key is no more. */
  readonly openSecret: (sealed: Uint8Array) => Uint8Array;
  readonly post: PostWebhook;
  /** Of Posko; the receiver reads it in `user-agent`. */
  readonly version: string;
  readonly nowMs: () => number;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Logger;
};

/** How it stands. */
export type WebhookSenderStatus = {
  /** Webhooks that are on, and those of them to which nothing arrives now. */
  readonly webhooks: number;
  readonly failing: number;
  /** Since the start. */
  readonly sent: number;
  readonly failed: number;
  readonly givenUp: number;
};

/** Messages under way at once, over all; those that fail share a part of them. */
const atOnce = 4;
const atOnceOfFailing = 2;
/** Waits between attempts double from the one to the other; half of each is chance. */
const firstWaitMs = 1_000;
const longestWaitMs = 10 * minuteMs;
/** So long is an event tried, and a target that takes nothing waited for. */
const giveUpMs = dayMs;
/** Events that are looked at in one go. */
const lookAt = 200;
/** Events that nobody asked for are noted as done in steps of so many: each costs a write. */
const skipStep = 100;
/** While the database is away it is asked again this often. */
const awayMs = 5_000;

type Lane = {
  readonly key: number;
  isBusy: boolean;
  /** Something may have come meanwhile. */
  isAwaited: boolean;
  isFailing: boolean;
  /** The newest event that was looked at and that it does not ask for. */
  lookedTo: number;
  timer: NodeJS.Timeout | undefined;
};

/**
 * Sends alarm events to webhooks: to each in their order, one at a time, each until it arrives. What
 * was sent is in the database, so that a restart neither loses an event nor sends all again; one that
 * was under way then may come twice. Nothing that raises or shows an alarm waits for it.
 */
export class WebhookSender {
  readonly #parts: WebhookSenderParts;
  readonly #slots = new Slots(atOnce, atOnceOfFailing);
  readonly #lanes = new Map<number, Lane>();
  readonly #closing = new AbortController();
  readonly #working = new Set<Promise<void>>();
  #retry: NodeJS.Timeout | undefined;
  #toldAwayAtMs = Number.NEGATIVE_INFINITY;
  #sent = 0;
  #failed = 0;
  #givenUp = 0;

  constructor(parts: WebhookSenderParts) {
    this.#parts = parts;
  }

  status(): WebhookSenderStatus {
    const lanes = [...this.#lanes.values()];
    return {
      webhooks: lanes.length,
      failing: lanes.filter(({ isFailing }) => isFailing).length,
      sent: this.#sent,
      failed: this.#failed,
      givenUp: this.#givenUp,
    };
  }

  /** To be called at the start, and when webhooks were added, changed or removed, or dead letters are wanted. */
  changed(): void {
    this.#track(this.#readLanes());
  }

  /** New alarm events are in the database. */
  alarmsWritten(): void {
    for (const lane of this.#lanes.values()) this.#wake(lane);
  }

  /** Sends something to a webhook now, in its turn among the others. */
  tryOut(
    webhook: Pick<WebhookToSend, 'url' | 'sealedSecret'>,
    message: { readonly id: string; readonly body: string },
  ): Promise<WebhookAnswer> {
    return this.#slots.run(true, () => this.#post(webhook, { ...message, kind: 'test' }));
  }

  /** Gives up what is under way, which is sent again after the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#retry);
    for (const { timer } of this.#lanes.values()) clearTimeout(timer);
    await Promise.all(this.#working);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#working.delete(tracked));
    this.#working.add(tracked);
  }

  async #readLanes(): Promise<void> {
    let keys: readonly number[];
    try {
      keys = await this.#parts.queue.listOn();
    } catch (error) {
      this.#tellAway(error);
      if (!this.#isClosing) {
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.changed(), awayMs).unref();
      }
      return;
    }
    const wanted = new Set(keys);
    for (const [key, { timer }] of this.#lanes) {
      if (wanted.has(key)) continue;
      clearTimeout(timer);
      this.#lanes.delete(key);
    }
    for (const key of keys) {
      const known = this.#lanes.get(key);
      const lane = known ?? newLane(key);
      this.#lanes.set(key, lane);
      // it may ask for something else now
      lane.lookedTo = 0;
      this.#wake(lane);
    }
  }

  get #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  #wake(lane: Lane): void {
    lane.isAwaited = true;
    if (lane.isBusy || this.#isClosing) return;
    lane.isBusy = true;
    this.#track(this.#work(lane));
  }

  #wakeIn(lane: Lane, waitMs: number): void {
    clearTimeout(lane.timer);
    if (this.#isClosing || this.#lanes.get(lane.key) !== lane) return;
    lane.timer = setTimeout(() => this.#wake(lane), waitMs).unref();
  }

  async #work(lane: Lane): Promise<void> {
    try {
      while (lane.isAwaited && this.#isOn(lane)) {
        lane.isAwaited = false;
        while (this.#isOn(lane) && (await this.#step(lane)));
      }
      lane.isBusy = false;
    } catch (error) {
      lane.isBusy = false;
      this.#tellAway(error);
      this.#wakeIn(lane, awayMs);
    }
  }

  #isOn(lane: Lane): boolean {
    return !this.#isClosing && this.#lanes.get(lane.key) === lane;
  }

  /** Does one thing for a webhook. False: there is nothing to do now. */
  async #step(lane: Lane): Promise<boolean> {
    const { queue, nowMs } = this.#parts;
    const webhook = await queue.read(lane.key);
    if (webhook === undefined) {
      this.#lanes.delete(lane.key);
      return false;
    }
    const { nextTryAtMs, failingSinceMs } = webhook.delivery;
    lane.isFailing = failingSinceMs !== null;
    // a clock that was set back must not keep it from being tried
    const waitMs = nextTryAtMs === null ? 0 : Math.min(nextTryAtMs - nowMs(), longestWaitMs);
    if (waitMs > 0) {
      if (await this.#giveUpOld(webhook)) return true;
      this.#wakeIn(lane, waitMs);
      return false;
    }
    const wanted = await queue.wanted(webhook);
    if (wanted !== undefined) {
      await this.#resend(webhook, wanted.key, wanted.news);
      return true;
    }
    return this.#sendNext(lane, webhook);
  }

  async #sendNext(lane: Lane, webhook: WebhookToSend): Promise<boolean> {
    const { queue } = this.#parts;
    const { cursor } = webhook.delivery;
    const news = await queue.news(Math.max(cursor, lane.lookedTo), lookAt);
    const next = news.find((each) => isWanted(webhook, each));
    if (next !== undefined) {
      await this.#send(lane, webhook, next);
      return true;
    }
    lane.lookedTo = news.at(-1)?.event.key ?? lane.lookedTo;
    if (lane.lookedTo - cursor >= skipStep) await queue.advance(webhook, lane.lookedTo);
    return news.length === lookAt;
  }

  async #send(lane: Lane, webhook: WebhookToSend, news: AlarmNews): Promise<void> {
    const { queue, nowMs, log } = this.#parts;
    const { key: eventKey, id: eventId } = news.event;
    const answer = await this.#slots.run(lane.isFailing, () => this.#postNews(webhook, news));
    // what is under way at the end is sent again at the next start
    if (this.#isClosing) return;
    if (isTaken(answer)) {
      this.#sent += 1;
      await queue.sent(webhook, eventKey, answer, nowMs());
      return;
    }
    this.#failed += 1;
    if (answer.status === 410) {
      log.warn({ event: 'webhookGone', webhook: webhook.id }, 'a webhook was switched off: 410');
      await queue.switchOff(webhook, `410: ${answer.said}`);
      return;
    }
    const failingSinceMs = webhook.delivery.failingSinceMs ?? nowMs();
    await queue.failed(webhook, answer, {
      tryAtMs: nowMs() + this.#waitMs(webhook.delivery.attempts),
      failingSinceMs,
    });
    if (nowMs() - Math.max(failingSinceMs, news.event.atMs) < giveUpMs) return;
    const attempts = webhook.delivery.attempts + 1;
    await queue.giveUp(webhook, [{ eventKey, eventId, attempts, answer }]);
    this.#givenUp += 1;
  }

  /** Where nothing arrived for a day, what is older than that goes to the dead letters untried. */
  async #giveUpOld(webhook: WebhookToSend): Promise<boolean> {
    const { queue, nowMs } = this.#parts;
    const { failingSinceMs, cursor, lastStatus, lastError } = webhook.delivery;
    const leastMs = nowMs() - giveUpMs;
    if (failingSinceMs === null || failingSinceMs > leastMs) return false;
    const news = await queue.news(cursor, lookAt);
    const isOld = ({ event }: AlarmNews): boolean => event.atMs <= leastMs;
    const end = news.findIndex((each) => !isOld(each));
    const old = (end === -1 ? news : news.slice(0, end)).filter((each) => isWanted(webhook, each));
    if (old.length === 0) return false;
    const answer = { status: lastStatus, said: lastError ?? 'nothing arrived for a day' };
    await queue.giveUp(
      webhook,
      old.map(({ event }) => ({ eventKey: event.key, eventId: event.id, attempts: 0, answer })),
    );
    this.#givenUp += old.length;
    return true;
  }

  /** Once: what fails stays a dead letter, until somebody wants it again. */
  async #resend(webhook: WebhookToSend, key: number, news: AlarmNews | null): Promise<void> {
    const { queue } = this.#parts;
    if (news === null) {
      await queue.resent(key, null);
      return;
    }
    const isFailing = webhook.delivery.failingSinceMs !== null;
    const answer = await this.#slots.run(isFailing, () => this.#postNews(webhook, news));
    if (this.#isClosing) return;
    await queue.resent(key, isTaken(answer) ? null : answer);
  }

  #waitMs(attempts: number): number {
    const longestMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts + 1, 30));
    return longestMs * (0.5 + this.#parts.random() / 2);
  }

  #postNews(webhook: WebhookToSend, news: AlarmNews): Promise<WebhookAnswer> {
    const { id, kind } = news.event;
    return this.#post(webhook, { id, kind, body: bodyOf(news) });
  }

  async #post(
    { url, sealedSecret }: Pick<WebhookToSend, 'url' | 'sealedSecret'>,
    message: { readonly id: string; readonly kind: string; readonly body: string },
  ): Promise<WebhookAnswer> {
    const { openSecret, post, nowMs, version } = this.#parts;
    let secret: string;
    try {
      secret = Buffer.from(openSecret(sealedSecret)).toString();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { status: null, said: `its secret cannot be opened, give it another: ${why}` };
    }
    const headers = headersOf(message, secret, nowMs(), version);
    return post({ url, body: message.body, headers, signal: this.#closing.signal });
  }

  #tellAway(error: unknown): void {
    const { nowMs, log } = this.#parts;
    if (Math.abs(nowMs() - this.#toldAwayAtMs) < minuteMs) return;
    this.#toldAwayAtMs = nowMs();
    log.warn({ event: 'webhooksWait', err: error }, 'webhooks wait for the database');
  }
}

function newLane(key: number): Lane {
  return {
    ...{ key, isBusy: false, isAwaited: false, isFailing: false, lookedTo: 0 },
    timer: undefined,
  };
}

/** The other side has it. */
function isTaken({ status }: WebhookAnswer): boolean {
  return status !== null && status >= 200 && status < 300;
}
