import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { dayMs, hourMs, minuteMs } from '../domain/durations.ts';
import { dayOf, dropPartitionsBefore, makePartitions } from './dialect/dayPartitions.ts';
import type { Dialect } from './dialect/dialect.ts';
import { keepMinutes } from './dialect/keepMinutes.ts';
import { refreshOldMinutes, setTimescalePolicies } from './dialect/timescalePolicies.ts';
import { type LogAnchor, makeDueAnchor, newestAnchor, readAnchors } from './log/logAnchors.ts';
import { applyRetentionRules, type RetentionRun } from './privacy/applyRetentionRules.ts';
import { trimDeviceEvents } from './privacy/deleteDeviceEvents.ts';
import { trimTransitions } from './privacy/deleteTransitions.ts';
import { heldSince } from './privacy/legalHold.ts';
import { trimAlarms } from './privacy/trimAlarms.ts';
import { trimCheckIns } from './privacy/trimCheckIns.ts';
import { trimQuarantine } from './quarantineStore.ts';
import { retentionEnd } from './retentionEnd.ts';

export type MaintenanceOptions = {
  readonly pool: Pool;
  readonly dialect: Dialect;
  /** Whole days that positions and minutes are kept. */
  readonly retentionDays: number;
  /** Days that alarms and incidents are kept after they were closed; left out: five years. */
  readonly alarmRetentionDays?: number;
  /** Told of the newest day's anchor of the log at the start, and of each that is made from then on. */
  readonly onAnchor?: (anchor: LogAnchor) => void;
  readonly log: Logger;
  /** The server's clock, UTC epoch milliseconds. */
  readonly nowMs: () => number;
};

/** What the health page shows. */
export type MaintenanceStatus = {
  /** Tasks that failed when they last ran; empty while all is well. */
  readonly failing: readonly {
    readonly task: string;
    readonly sinceMs: number;
    readonly error: string;
  }[];
  /** What could not be set up in the database, with what to run; a sentence each. */
  readonly advice: readonly string[];
  /** Entries of the quarantine that went since the start to make room for newer ones. */
  readonly quarantineDisplaced: number;
  /** When the rules of single regions and kinds were last applied, epoch ms; undefined: none fits. */
  readonly retentionRules: (RetentionRun & { readonly ranAtMs: number }) | undefined;
};

type Task = {
  readonly name: string;
  /** It runs at the start, and so long after it last ended well; after a failure a minute later. */
  readonly everyMs: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
};

type TaskState = {
  /** By the monotonic clock, so that setting the wall clock neither skips nor repeats a run. */
  dueAt: number;
  failing: { readonly sinceMs: number; readonly error: string } | undefined;
};

/** Days made ahead: today and the next two. */
const daysAhead = 2;
/** What nobody recovered in this time is not missed; the bound keeps a flood of nonsense from filling the disk. */
const quarantineDays = 30;
const maxQuarantined = 1_000_000;
const maxQuarantinedBytes = 512 << 20;

/** What was done about an alarm is asked for years later, by courts too. */
const usualAlarmDays = 5 * 366;

const quarantineTrimMs = 5 * minuteMs;

/**
 * Keeps the database in order as far as its dialect leaves that to Posko: partitions ahead, minutes,
 * retention, TimescaleDB's policies, the bounds of the quarantine, of what devices say, of transitions,
 * check-ins, alarms and incidents; and the anchors of the log. One task at a time; one that fails is told and tried again.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  readonly #tasks: ReadonlyMap<Task, TaskState>;
  readonly #closing = new AbortController();
  #advice: readonly string[] = [];
  /** Days that TimescaleDB's policies were last set to keep. */
  #policyDays: number | undefined;
  #quarantineDisplaced = 0;
  #retentionRules: MaintenanceStatus['retentionRules'];
  /** Day of the newest anchor that was told of. */
  #anchoredDay: string | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: MaintenanceOptions) {
    this.#options = options;
    this.#tasks = new Map(
      this.#tasksOf(options).map((task) => [task, { dueAt: 0, failing: undefined }]),
    );
  }

  /** Runs what is due from now on until closed. */
  start(): void {
    this.#running = this.#run();
  }

  /** Runs every task now, due or not. Not beside `start`. */
  async runAll(): Promise<void> {
    for (const [task, state] of this.#tasks) await this.#attempt(task, state);
  }

  status(): MaintenanceStatus {
    return {
      failing: [...this.#tasks].flatMap(([{ name }, { failing }]) =>
        failing === undefined ? [] : [{ task: name, ...failing }],
      ),
      advice: this.#advice,
      quarantineDisplaced: this.#quarantineDisplaced,
      retentionRules: this.#retentionRules,
    };
  }

  /** Waits for the step under way and stops. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      for (const [task, state] of this.#tasks) {
        if (!signal.aborted && state.dueAt <= performance.now()) await this.#attempt(task, state);
      }
      await delay(minuteMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #attempt({ name, everyMs, run }: Task, state: TaskState): Promise<void> {
    const { log, nowMs } = this.#options;
    try {
      await run(this.#closing.signal);
      state.dueAt = performance.now() + everyMs;
      if (state.failing !== undefined) {
        log.info({ event: 'maintenanceRecovered', task: name }, 'maintenance works again');
      }
      state.failing = undefined;
    } catch (error) {
      state.dueAt = performance.now();
      const text = error instanceof Error ? error.message : String(error);
      if (state.failing === undefined) {
        log.error({ event: 'maintenanceFailing', task: name, err: error }, 'maintenance failed');
      }
      state.failing = { sinceMs: state.failing?.sinceMs ?? nowMs(), error: text };
    }
  }

  /** Makes the anchor that is due, and tells of those that there are beside, which whoever appended made. */
  async #anchorLog({ pool, onAnchor }: MaintenanceOptions): Promise<void> {
    await makeDueAnchor(pool);
    const newest = this.#anchoredDay === undefined ? await newestAnchor(pool) : undefined;
    const anchors = newest === undefined ? await readAnchors(pool, this.#anchoredDay) : [newest];
    for (const anchor of anchors) {
      onAnchor?.(anchor);
      this.#anchoredDay = anchor.day;
    }
  }

  #tasksOf(options: MaintenanceOptions): readonly Task[] {
    const { pool, dialect, retentionDays, nowMs } = options;
    const { alarmRetentionDays = usualAlarmDays } = options;
    const quarantine: Task = {
      name: 'quarantine',
      // what comes in meanwhile is bounded too, and a sixth of the table at most
      everyMs: quarantineTrimMs,
      run: async (signal) => {
        const { displaced } = await trimQuarantine(
          pool,
          {
            beforeMs: nowMs() - quarantineDays * dayMs,
            maxEntries: maxQuarantined,
            maxBytes: maxQuarantinedBytes,
          },
          signal,
        );
        this.#quarantineDisplaced += displaced;
      },
    };
    const events: Task = {
      name: 'events, check-ins and alarms',
      everyMs: hourMs,
      run: async (signal) => {
        for (const trim of [trimDeviceEvents, trimTransitions, trimCheckIns]) {
          await trim(pool, nowMs(), retentionDays, signal);
        }
        await trimAlarms(pool, nowMs(), alarmRetentionDays, signal);
      },
    };
    const anchors: Task = {
      name: 'log anchors',
      everyMs: minuteMs / 2,
      run: () => this.#anchorLog(options),
    };
    const rules: Task = {
      name: 'retention rules',
      everyMs: 24 * hourMs,
      run: async (signal) => {
        const ranAtMs = nowMs();
        const rule = { dialect, nowMs: ranAtMs, retentionDays, signal };
        const done = await applyRetentionRules(pool, rule);
        this.#retentionRules = done.units === 0 ? undefined : { ...done, ranAtMs };
      },
    };
    const minutes: Task = {
      name: 'minutes',
      // a hair less than the loop's minute, so that none is skipped
      everyMs: minuteMs / 2,
      run: (signal) => keepMinutes(pool, nowMs(), signal),
    };
    const retention = (drop: (beforeMs: number) => Promise<unknown>): Task => ({
      name: 'retention',
      everyMs: hourMs,
      run: async () => {
        const beforeMs = await retentionEnd(pool, nowMs(), retentionDays);
        if (beforeMs !== undefined) await drop(Math.min(beforeMs, await heldSince(pool)));
      },
    });
    switch (dialect) {
      case 'plain': {
        const ahead: Task = {
          name: 'partitions',
          everyMs: hourMs,
          run: () => {
            const today = dayOf(nowMs());
            const days = Array.from({ length: daysAhead + 1 }, (_, i) => today + i * dayMs);
            return makePartitions(pool, days);
          },
        };
        const drop = retention((beforeMs) => dropPartitionsBefore(pool, beforeMs));
        return [ahead, minutes, drop, events, quarantine, anchors, rules];
      }
      case 'timescale_apache': {
        const drop = retention((beforeMs) =>
          pool.query(
            `select drop_chunks(name::regclass, older_than => to_timestamp($1::float8 / 1000))
             from unnest(array['positions', 'position_minutes']) as name`,
            [beforeMs],
          ),
        );
        return [minutes, drop, events, quarantine, anchors, rules];
      }
      case 'timescale': {
        const policies: Task = {
          name: 'policies',
          everyMs: 24 * hourMs,
          run: async () => {
            // longer while an open incident holds older days
            const heldDays = Math.ceil((nowMs() - (await heldSince(pool))) / dayMs);
            const days = Math.max(retentionDays, heldDays);
            // setting them starts TimescaleDB's jobs, so only when there is something to set
            if (days === this.#policyDays) return;
            this.#advice = await setTimescalePolicies(pool, days);
            this.#policyDays = days;
          },
        };
        const oldMinutes: Task = {
          name: 'old minutes',
          everyMs: 24 * hourMs,
          run: () => refreshOldMinutes(pool, retentionDays),
        };
        return [policies, rules, oldMinutes, events, quarantine, anchors];
      }
    }
  }
}
