import { describe, expect, it } from 'vitest';
import { watchUse } from '../../../../web/src/session/watchUse.ts';

function createPage() {
  const page = new EventTarget();
  const world = { nowMs: 0, told: 0 };
  const stop = watchUse(page, {
    nowMs: () => world.nowMs,
    tell: () => {
      world.told += 1;
    },
  });
  const press = (type: string): void => {
    page.dispatchEvent(new Event(type));
  };
  const moveTo = (screenX: number, screenY: number): void => {
    page.dispatchEvent(Object.assign(new Event('pointermove'), { screenX, screenY }));
  };
  return { world, stop, press, moveTo };
}

describe('watching whether somebody is there', () => {
  it.each(['pointerdown', 'wheel', 'keydown'])('tells at once of a %s', (type) => {
    const { world, press } = createPage();
    press(type);
    expect(world.told).toBe(1);
  });

  it('tells at most once a minute', () => {
    const { world, press } = createPage();
    press('keydown');
    world.nowMs = 59_999;
    press('pointerdown');
    expect(world.told).toBe(1);
    world.nowMs = 60_000;
    press('keydown');
    expect(world.told).toBe(2);
  });

  it('takes a pointer that rests for nobody, and one that moves for somebody', () => {
    const { world, moveTo } = createPage();
    moveTo(10, 10);
    moveTo(10, 10);
    expect(world.told).toBe(0);
    moveTo(11, 10);
    expect(world.told).toBe(1);
  });

  it('tells nothing after it was ended', () => {
    const { world, stop, press } = createPage();
    stop();
    press('keydown');
    expect(world.told).toBe(0);
  });
});
