import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import type { Result } from './domain/result.ts';
import type { Rule } from './domain/rule.ts';
import type { RuleTrialDetails } from './domain/ruleDetails.ts';
import type { TimeWindow } from './storage/queries/timeWindow.ts';

/** What the thread is given. */
export type RuleTrialTask = {
  readonly rule: Rule;
  readonly window: TimeWindow;
  readonly connection: pg.ClientConfig;
};
export type RuleTrialOutcome = Result<
  RuleTrialDetails,
  'not_triable' | 'trial_too_long' | 'too_many_requests'
>;

/** Somebody waits for it. */
const usualLimitMs = 60_000;
const maxHeapMb = 1_024;

/** Tries rules over what is stored, one at a time, each in a thread of its own. */
export class RuleTrials {
  readonly #connection: pg.ClientConfig;
  readonly #limitMs: number;
  #running: Worker | undefined;

  /** @param connection of the database */
  constructor(connection: pg.ClientConfig, limitMs = usualLimitMs) {
    this.#connection = connection;
    this.#limitMs = limitMs;
  }

  /** Tries a rule over a window; a second one meanwhile is refused. */
  async run(rule: Rule, { fromMs, toMs }: TimeWindow): Promise<RuleTrialOutcome> {
    if (this.#running !== undefined) {
      const detail = 'another rule is being tried: send it again when that is done';
      return { ok: false, reason: 'too_many_requests', detail };
    }
    const task: RuleTrialTask = { rule, window: { fromMs, toMs }, connection: this.#connection };
    const worker = new Worker(new URL('./ruleTrialWorker.ts', import.meta.url), {
      name: 'posko-trial',
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    this.#running = worker;
    try {
      return await outcomeOf(worker, this.#limitMs);
    } finally {
      this.#running = undefined;
      await worker.terminate();
    }
  }

  /** Ends what runs; whoever waits for it hears that it took too long. */
  async close(): Promise<void> {
    await this.#running?.terminate();
  }
}

function outcomeOf(worker: Worker, limitMs: number): Promise<RuleTrialOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<RuleTrialOutcome>();
  const tooLong = (detail: string): void =>
    resolve({ ok: false, reason: 'trial_too_long', detail });
  const timer = setTimeout(() => tooLong(`it was ended after ${limitMs / 1_000} s`), limitMs);
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => tooLong('it was ended'));
  return promise.finally(() => clearTimeout(timer));
}
