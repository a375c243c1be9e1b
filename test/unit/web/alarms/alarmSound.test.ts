import { describe, expect, it } from 'vitest';
import { priorities } from '../../../../server/domain/rule.ts';
import { AlarmSound, longestMuteMs } from '../../../../web/src/alarms/alarmSound.ts';
import { soundPatterns } from '../../../../web/src/alarms/soundPatterns.ts';

/** A sound in a world where only the test moves time, and opens the speaker. */
function soundWorld(isOpen = true) {
  const world = { isOpen, nowMs: 1_000, plays: 0, hushes: 0 };
  let timers: { readonly dueMs: number; readonly task: () => void }[] = [];
  let tell = (): void => {};
  const sound = new AlarmSound({
    speaker: {
      isOpen: () => world.isOpen,
      open: () => {},
      play: () => {
        world.plays += 1;
      },
      hush: () => {
        world.hushes += 1;
      },
      onChange: (listener) => {
        tell = listener;
        return () => {};
      },
      close: () => {},
    },
    nowMs: () => world.nowMs,
    after: (delayMs, task) => {
      const timer = { dueMs: world.nowMs + delayMs, task };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  });
  const pass = (ms: number): void => {
    const untilMs = world.nowMs + ms;
    for (;;) {
      const next = timers.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > untilMs) break;
      timers = timers.filter((other) => other !== next);
      world.nowMs = next.dueMs;
      next.task();
    }
    world.nowMs = untilMs;
  };
  const open = (): void => {
    world.isOpen = true;
    tell();
  };
  return { sound, world, pass, open, timers: () => timers.length };
}

describe('the sound of alarms', () => {
  it('is heard again and again until nothing calls', () => {
    const { sound, world, pass, timers } = soundWorld();
    expect(sound.state).toEqual({ kind: 'quiet' });
    sound.call('high');
    expect(sound.state).toEqual({ kind: 'sounding', priority: 'high' });
    pass(soundPatterns.high.everyMs * 3);
    expect(world.plays).toBe(4);
    sound.call(undefined);
    expect(world.hushes).toBe(1);
    expect(timers()).toBe(0);
  });

  it('changes at once to what is more urgent', () => {
    const { sound, world } = soundWorld();
    sound.call('low');
    sound.call('sos');
    expect(sound.state).toEqual({ kind: 'sounding', priority: 'sos' });
    expect(world.plays).toBe(2);
  });

  it('is muted for five minutes at most', () => {
    const { sound, pass } = soundWorld();
    sound.call('medium');
    sound.mute();
    expect(sound.state).toMatchObject({ kind: 'muted' });
    pass(longestMuteMs - 1);
    expect(sound.state).toMatchObject({ kind: 'muted' });
    pass(1);
    expect(sound.state).toEqual({ kind: 'sounding', priority: 'medium' });
  });

  it('is heard for a new SOS although it was muted, and not for one that was there', () => {
    const { sound } = soundWorld();
    sound.call('sos');
    sound.noteSos(500);
    sound.mute();
    sound.noteSos(500);
    expect(sound.state).toMatchObject({ kind: 'muted' });
    sound.noteSos(1_500);
    expect(sound.state).toEqual({ kind: 'sounding', priority: 'sos' });
  });

  it('says that the browser blocks it, and begins when it does not any more', () => {
    const { sound, world, open } = soundWorld(false);
    const told: string[] = [];
    sound.subscribe(() => told.push(sound.state.kind));
    sound.call('sos');
    expect(sound.state).toEqual({ kind: 'blocked' });
    expect(world.plays).toBe(0);
    open();
    expect(sound.state).toEqual({ kind: 'sounding', priority: 'sos' });
    expect(told).toEqual(['blocked', 'sounding']);
  });

  it('is another one for each priority, more often for what is more urgent, and never overlaps itself', () => {
    const patterns = priorities.map((priority) => soundPatterns[priority]);
    expect(new Set(patterns.map(({ tones }) => JSON.stringify(tones))).size).toBe(patterns.length);
    const intervals = patterns.map(({ everyMs }) => everyMs);
    expect(intervals).toEqual(intervals.toSorted((a, b) => b - a));
    for (const { tones, everyMs } of patterns) {
      const endMs = Math.max(...tones.map(({ atMs, lengthMs }) => atMs + lengthMs));
      expect(endMs).toBeLessThan(everyMs);
    }
  });
});
