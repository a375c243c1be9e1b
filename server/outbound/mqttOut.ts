import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AlarmEvent } from '../domain/alarm.ts';
import { alarmDetails } from '../domain/alarmDetails.ts';
import { type OutKind, type OutMessage, outRegions } from '../domain/outMessage.ts';
import { isForOthers } from './isForOthers.ts';

/** Where a unit is now. */
export type OutPosition = {
  readonly unitKey: number;
  readonly unitId: string;
  readonly callsign: string;
  readonly kind: string;
  readonly agency: string;
  /** Its home, and the regions of the operations that it works for. */
  readonly regions: readonly string[];
  readonly fixedAtMs: number;
  readonly lon: number;
  readonly lat: number;
  readonly speedMps?: number | undefined;
  readonly courseDeg?: number | undefined;
  readonly accuracyM?: number | undefined;
  readonly isExercise: boolean;
};

/** How the log ended on a day. */
export type OutAnchor = {
  /** ISO 8601, by the clock of western Indonesia. */
  readonly day: string;
  readonly sequence: number;
  /** SHA-256, hex. */
  readonly hash: string;
};

export type MqttOutParts = {
  /** Hands messages to the door; resolves when it can take others. */
  readonly publish: (messages: readonly OutMessage[]) => Promise<void>;
  /** What is told; anchors always are. */
  readonly kinds: ReadonlySet<Exclude<OutKind, 'anchor'>>;
  readonly log: Logger;
};

/** How it stands, since the start. */
export type MqttOutStatus = { readonly waiting: number; readonly dropped: number };

/** Alarm events that may wait for the door; the oldest go. */
const maxWaiting = 20_000;
/** Of what waits, told at once: some milliseconds of work, so that nothing else waits for it. */
const batchSize = 200;
/** Each unit is told of at most once in this time, ms. */
const positionsEveryMs = 1_000;

/**
 * Tells other systems by MQTT what happens. It takes what it is told and does the work afterwards, so
 * that no screen waits for it, and hands no more on at once than the door takes.
 */
export class MqttOut {
  readonly #parts: MqttOutParts;
  readonly #waiting: AlarmEvent[] = [];
  /** Newest of each unit; as many as there are units. */
  readonly #positions = new Map<number, OutPosition>();
  #anchors: readonly OutMessage[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Those of the last second, on their way. */
  #due: OutPosition[] = [];
  #handing: Promise<void> | undefined;
  #dropped = 0;
  #isClosed = false;

  constructor(parts: MqttOutParts) {
    this.#parts = parts;
  }

  status(): MqttOutStatus {
    return { waiting: this.#waiting.length, dropped: this.#dropped };
  }

  /** Something happened to an alarm. */
  tell(event: AlarmEvent): void {
    if (!this.#parts.kinds.has('alarm') || this.#isClosed || !isForOthers(event)) return;
    this.#waiting.push(event);
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#hand();
  }

  /** A unit is there now. */
  moved(position: OutPosition): void {
    if (!this.#parts.kinds.has('position') || this.#isClosed) return;
    this.#positions.set(position.unitKey, position);
    this.#timer ??= setTimeout(() => this.#endSecond(), positionsEveryMs).unref();
  }

  #endSecond(): void {
    this.#timer = undefined;
    if (this.#due.length > 0) {
      // the door is slower than that: the newest of each unit go when those before have gone
      this.#timer = setTimeout(() => this.#endSecond(), positionsEveryMs).unref();
      return;
    }
    this.#due = [...this.#positions.values()];
    this.#positions.clear();
    this.#hand();
  }

  /** A day's log ended so; told in every region in use, where it stays for who comes later. */
  anchor(anchor: OutAnchor, regencies: Iterable<string>): void {
    const payload = JSON.stringify(anchor);
    this.#anchors = [...new Set(regencies)].map((region) => ({
      kind: 'anchor',
      region,
      payload,
      regions: [region],
    }));
    if (!this.#isClosed) this.#hand();
  }

  /** Hands on what waits, and takes nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#handing;
  }

  #hand(): void {
    this.#handing ??= this.#handAll();
  }

  async #handAll(): Promise<void> {
    for (;;) {
      // whoever told us goes on first
      await setImmediate();
      const messages = this.#next();
      if (messages.length === 0) {
        this.#handing = undefined;
        return;
      }
      await this.#parts.publish(messages).catch((error: unknown) => {
        this.#dropped += messages.length;
        this.#parts.log.error({ event: 'mqttOutFailed', err: error }, 'messages were not told');
      });
    }
  }

  #next(): readonly OutMessage[] {
    if (this.#waiting.length > 0)
      return this.#waiting.splice(0, batchSize).flatMap(messagesOfAlarm);
    if (this.#anchors.length > 0) {
      const anchors = this.#anchors;
      this.#anchors = [];
      return anchors;
    }
    return this.#due.splice(0, batchSize).flatMap(messagesOfPosition);
  }
}

function messagesOfAlarm({ id, kind, atMs, version, state, alarm }: AlarmEvent) {
  const at = new Date(atMs).toISOString();
  const told = { id, kind, at, version, state, alarm: alarmDetails(alarm) };
  return inEach(alarm.regions, 'alarm', told);
}

function messagesOfPosition({ unitKey: _key, regions, ...position }: OutPosition) {
  const { fixedAtMs, ...rest } = position;
  return inEach(regions, 'position', { ...rest, fixedAt: new Date(fixedAtMs).toISOString() });
}

/** Where a unit works they listen to their own region, and not to its home. */
function inEach(regions: readonly string[], kind: OutKind, told: object): readonly OutMessage[] {
  const payload = JSON.stringify(told);
  return outRegions(regions).map((region) => ({ kind, region, payload, regions }));
}
