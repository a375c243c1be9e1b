import type { Priority } from '../../../server/domain/rule.ts';
import { soundPatterns, type Tone } from './soundPatterns.ts';

/**
 * What is heard now: nothing, since nothing calls; a priority; nothing, since the person muted it; or
 * nothing, since the browser lets no page sound that nobody has clicked in.
 */
export type SoundState =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'sounding'; readonly priority: Priority }
  | { readonly kind: 'muted'; readonly untilMs: number }
  | { readonly kind: 'blocked' };

/** Something that makes tones; a browser's audio, or what a test gives. */
export type Speaker = {
  /** False while the browser blocks it. */
  readonly isOpen: () => boolean;
  /** Asks the browser to let it sound; it does when a person has clicked. */
  readonly open: () => void;
  /** @param volume 0 to 1 */
  readonly play: (tones: readonly Tone[], volume: number) => void;
  readonly hush: () => void;
  /** Told when it is opened or blocked. */
  readonly onChange: (listener: () => void) => () => void;
  readonly close: () => void;
};

type Surroundings = {
  readonly speaker: Speaker;
  /** Epoch ms of a clock that is never set back. */
  readonly nowMs: () => number;
  readonly after: (delayMs: number, task: () => void) => () => void;
};

/** Longest that a person can mute it. */
export const longestMuteMs = 5 * 60_000;

/**
 * Sounds for the most urgent alarm that calls, again and again until none does. Owns a timer and the
 * speaker: `close()` ends both.
 */
export class AlarmSound {
  readonly #around: Surroundings;
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  #wanted: Priority | undefined;
  #volume = 0.6;
  #mutedUntilMs = 0;
  #newestSosMs = 0;
  #cancel: () => void = () => {};
  #cancelMute: () => void = () => {};
  #state: SoundState = { kind: 'quiet' };

  constructor(around: Surroundings) {
    this.#around = around;
    this.#stopListening = around.speaker.onChange(() => this.#follow());
  }

  get state(): SoundState {
    return this.#state;
  }

  /** The most urgent priority that calls; undefined: none does. */
  call(priority: Priority | undefined): void {
    if (priority === this.#wanted) return;
    this.#wanted = priority;
    this.#follow();
  }

  /** @param volume above 0, up to 1: silence is what muting is for, and that ends by itself */
  setVolume(volume: number): void {
    this.#volume = volume;
  }

  mute(): void {
    const { nowMs, after } = this.#around;
    this.#mutedUntilMs = nowMs() + longestMuteMs;
    this.#cancelMute();
    this.#cancelMute = after(longestMuteMs, () => this.unmute());
    this.#follow();
  }

  unmute(): void {
    this.#cancelMute();
    this.#mutedUntilMs = 0;
    this.#follow();
  }

  /** When the newest SOS that calls happened; one that is newer than all before ends a mute: somebody is in danger. */
  noteSos(happenedAtMs: number): void {
    if (happenedAtMs <= this.#newestSosMs) return;
    this.#newestSosMs = happenedAtMs;
    if (this.#mutedUntilMs > 0) this.unmute();
  }

  /** Of a person's click, or the browser lets nothing through. */
  unblock(): void {
    this.#around.speaker.open();
  }

  /** Lets a priority be heard once. Of a click, too. */
  test(priority: Priority): void {
    this.#around.speaker.open();
    this.#around.speaker.play(soundPatterns[priority].tones, this.#volume);
  }

  /** Told when the state has changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    this.#cancel();
    this.#cancelMute();
    this.#stopListening();
    this.#around.speaker.close();
  }

  #follow(): void {
    const next = this.#judge();
    const before = this.#state;
    if (JSON.stringify(next) === JSON.stringify(before)) return;
    this.#state = next;
    this.#cancel();
    if (before.kind === 'sounding') this.#around.speaker.hush();
    if (next.kind === 'sounding') this.#repeat(next.priority);
    if (next.kind === 'blocked') this.#around.speaker.open();
    for (const listener of this.#listeners) listener();
  }

  #judge(): SoundState {
    if (this.#mutedUntilMs > this.#around.nowMs()) {
      return { kind: 'muted', untilMs: this.#mutedUntilMs };
    }
    if (this.#wanted === undefined) return { kind: 'quiet' };
    if (!this.#around.speaker.isOpen()) return { kind: 'blocked' };
    return { kind: 'sounding', priority: this.#wanted };
  }

  #repeat(priority: Priority): void {
    const { tones, everyMs } = soundPatterns[priority];
    this.#around.speaker.play(tones, this.#volume);
    this.#cancel = this.#around.after(everyMs, () => this.#repeat(priority));
  }
}
